"""Errors as people and the log are told of them, over the fake Discord."""

import asyncio
import logging

import discord as discord_py
import pytest

from bot.discord.delivery.error_reports import ErrorReports
from bot.telemetry.meter import Meter
from tests.fake_discord import FakeDiscord
from tests.support.failing_client import INNARDS, REFERENCE, errors, failing, raising, sent, shown


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.mark.parametrize("how", ["", "public", "private"])
async def test_an_unexpected_error_is_told_privately_once(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    async with failing(discord, meter) as client:
        client.does = raising(RuntimeError(INNARDS))
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail", **({"how": how} if how else {}))
        await used.done()
        (message,) = shown(used)
        assert message.ephemeral
        reference = REFERENCE.search(message.content)
        assert reference
        assert message.content == f"Something went wrong on my side. (Reference: `{reference[1]}`)"
        (record,) = [r for r in caplog.records if r.name == "bot.discord.delivery.error_reports"]
        assert record.levelno == logging.ERROR
        assert record.fields["reference"] == reference[1]  # type: ignore[attr-defined]
        assert record.exc_info
        assert INNARDS in str(record.exc_info[1])
        assert INNARDS not in sent(discord)
        assert errors(meter, "unexpected") == 1


async def test_an_error_after_the_answer_leaves_the_answer(discord: FakeDiscord, meter: Meter) -> None:
    async def answer_and_fail(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")
        raise RuntimeError(INNARDS)

    async with failing(discord, meter) as client:
        client.does = answer_and_fail
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="public")
        await discord.until(lambda: used.followups)
        assert used.message is not None
        assert used.message.content == "The answer."
        assert not used.message.deleted
        assert [message.ephemeral for message in used.followups] == [True]


async def test_autocompletion_that_fails_offers_nothing(discord: FakeDiscord, meter: Meter) -> None:
    async with failing(discord, meter):
        world = discord.world
        assert await discord.autocomplete(world.user, world.channel, "fail", "how", "p") == []
        assert errors(meter, "unexpected") == 1


async def test_a_person_whose_response_was_deleted_is_told(discord: FakeDiscord, meter: Meter) -> None:
    discord.expect(10008)
    deleted = asyncio.Event()

    async def late(interaction: discord_py.Interaction) -> None:
        await deleted.wait()
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as client:
        client.does = late
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="public")
        await used.acknowledged()
        assert used.message is not None
        used.message.delete()
        deleted.set()
        await discord.until(lambda: used.followups)
        assert "deleted before I was done" in used.followups[0].content
        assert used.followups[0].ephemeral


async def test_an_interaction_that_is_too_old_is_only_logged(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.expect(10062)

    async def too_late(interaction: discord_py.Interaction) -> None:
        discord.clock.advance(4)
        await interaction.response.send_message("The answer.")

    async with failing(discord, meter) as client:
        client.does = too_late
        used = await discord.slash(discord.world.user, discord.world.channel, "fail")
        await discord.until(lambda: errors(meter, "too old"))
    assert used.callback is None
    assert sum(request.code == 10062 for request in discord.requests) == 1
    assert "10062" in str([getattr(record, "fields", "") for record in caplog.records])


async def test_a_token_that_ran_out_is_only_logged(discord: FakeDiscord, meter: Meter) -> None:
    discord.expect(50027)

    async def too_late(interaction: discord_py.Interaction) -> None:
        discord.clock.advance(16 * 60)
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as client:
        client.does = too_late
        await discord.slash(discord.world.user, discord.world.channel, "fail", how="private")
        await discord.until(lambda: errors(meter, "too old"))
    assert sum(request.code == 50027 for request in discord.requests) == 1


async def test_an_interaction_that_another_process_answered_is_left_to_it(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.expect(40060)

    async def be_second(interaction: discord_py.Interaction) -> None:
        used.answer({"type": 4, "data": {"content": "First!"}})
        await interaction.response.defer()

    async with failing(discord, meter) as client:
        client.does = be_second
        used = await discord.slash(discord.world.user, discord.world.channel, "fail")
        await discord.until(lambda: errors(meter, "taken"))
        assert used.message is not None
        assert (used.message.content, used.followups) == ("First!", [])
        assert sum(request.code == 40060 for request in discord.requests) == 1
    assert "answered already, perhaps by another process" in caplog.messages


@pytest.mark.slow
@pytest.mark.parametrize("how", ["public", "private"])
async def test_what_discord_refuses_is_said(discord: FakeDiscord, meter: Meter, how: str) -> None:
    discord.expect(50035)

    async def too_long(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="a" * 2001)

    async with failing(discord, meter) as client:
        client.does = too_long
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail", how=how)
        await used.done()
        (message,) = shown(used)
        assert message.content.startswith("Discord did not accept my answer. (Reference:")
        assert message.ephemeral


async def test_a_server_that_fails_is_said(discord: FakeDiscord, meter: Meter) -> None:
    discord.cut("PATCH", "@original")

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as client:
        client.does = answer
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="private")
        await used.done()
        assert used.message is not None
        assert used.message.content.startswith("Discord has trouble at the moment.")


async def test_an_answer_that_was_shown_after_all_stays_the_only_one(
    discord: FakeDiscord, meter: Meter
) -> None:
    discord.cut("PATCH", "@original", done=True)

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as client:
        client.does = answer
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="public")
        await used.done()
        await discord.until(lambda: discord.requests[-1].method == "GET")
    assert used.message is not None
    assert (used.message.content, used.followups) == ("The answer.", [])


@pytest.mark.parametrize("private", [False, True])
async def test_an_acknowledgement_whose_answer_was_lost_is_followed_up(
    discord: FakeDiscord, meter: Meter, private: bool
) -> None:
    discord.expect(40060)
    discord.cut("POST", "/callback", done=True)

    async def defer(interaction: discord_py.Interaction) -> None:
        await interaction.response.defer(ephemeral=private)

    async with failing(discord, meter) as client:
        client.does = defer
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail")
        await used.done()
        (message,) = shown(used)
        assert message.content.startswith("Discord has trouble at the moment.")
        assert message.ephemeral


async def test_a_message_gets_a_line_with_a_number(discord: FakeDiscord, meter: Meter) -> None:
    async with failing(discord, meter) as client:
        client.says = raising(RuntimeError(INNARDS))
        message = await discord.say(
            discord.world.user, discord.world.channel, f"<@{discord.world.bot.id}> who?"
        )
        answer = await discord.answer(message)
        assert REFERENCE.search(answer.content)
        assert answer.reference is message
        assert INNARDS not in sent(discord)


async def test_a_message_whose_answer_got_through_after_all_gets_no_second(
    discord: FakeDiscord, meter: Meter
) -> None:
    discord.cut("POST", "/messages", done=True)

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send("The answer.", nonce=message.id)

    async with failing(discord, meter) as client:
        client.says = answer
        message = await discord.say(
            discord.world.user, discord.world.channel, f"<@{discord.world.bot.id}> who?"
        )
        await discord.until(lambda: sum("/messages" in request.path for request in discord.requests) == 2)
    assert [answer.content for answer in discord.answers(message)] == ["The answer."]


async def test_nothing_is_raised_if_nobody_can_be_told(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.cut("*", "/callback|/webhooks|/messages", times=None)
    async with failing(discord, meter) as client:
        client.does = raising(RuntimeError(INNARDS))
        client.says = raising(RuntimeError(INNARDS))
        world = discord.world
        await discord.slash(world.user, world.channel, "fail")
        await discord.until(lambda: errors(meter, "unreachable") == 1)
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: errors(meter, "unreachable") == 2)
    references = [record.fields["reference"] for record in caplog.records if hasattr(record, "fields")]
    assert len(references) == 4
    assert len(set(references)) == 2  # what went wrong, and that it could not be told, under one number


async def test_an_error_that_nobody_waits_for_is_logged(
    meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    reference = ErrorReports(meter).event_failed("on_ready", RuntimeError(INNARDS))
    (record,) = caplog.records
    assert record.fields["reference"] == reference  # type: ignore[attr-defined]
    assert record.fields["source"] == "on_ready"  # type: ignore[attr-defined]
