"""A missing permission is named once to each person in a channel, and once in the log."""

import discord as discord_py
import pytest

from bot.discord.delivery.error_reports import ErrorReports
from bot.telemetry.meter import Meter
from tests.fake_discord import FakeDiscord
from tests.support.failing_client import INNARDS, errors, failing, raising, shown


@pytest.fixture
def meter() -> Meter:
    return Meter()


async def test_a_missing_permission_is_named_to_the_person_who_used_a_command(
    discord: FakeDiscord, meter: Meter
) -> None:
    discord.world.channel.deny("embed_links")
    discord.fail("PATCH", "@original", status=403, code=50013)

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as client:
        client.does = answer
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail", how="public")
        await used.done()
        (message,) = shown(used)
        assert message.ephemeral
        assert "**Embed Links**" in message.content
        assert "50013" not in message.content


async def test_a_missing_permission_is_named_once_in_the_channel(discord: FakeDiscord, meter: Meter) -> None:
    discord.expect(50013)
    world = discord.world
    world.channel.deny("embed_links")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send(embed=discord_py.Embed(description="The answer."))

    async with failing(discord, meter) as client:
        client.says = answer
        for _ in range(2):
            await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: errors(meter, "permission") == 2)
        said = [m for m in world.channel.messages.values() if m.author is world.bot]
        await discord.until(lambda: any(m.author is world.bot for m in world.channel.messages.values()))
        said = [m for m in world.channel.messages.values() if m.author is world.bot]
        assert len(said) == 1
        assert said[0].content == (
            "I can't answer here because I'm missing: **Embed Links**. A server manager can grant it."
        )


@pytest.mark.slow
async def test_each_person_is_told_once_and_the_log_warns_once(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "bot")
    discord.expect(50013)
    world = discord.world
    world.channel.deny("send_messages")
    people = [world.user, world.add_user("eve"), world.add_user("bob")]

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send("The answer.")

    async with failing(discord, meter) as client:
        client.says = answer
        for number, person in enumerate([*people, *people], 1):
            await discord.say(person, world.channel, f"<@{world.bot.id}> who?")
            await discord.until(
                lambda number=number: errors(meter, "permission") == number  # type: ignore[misc]
            )
        await discord.until(lambda: all(world.dm(person).messages for person in people))
    assert [len(world.dm(person).messages) for person in people] == [1, 1, 1]
    levels = [
        record.levelname for record in caplog.records if record.name == "bot.discord.delivery.error_reports"
    ]
    assert levels == ["WARNING"] + ["DEBUG"] * 5
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert warning.getMessage() == "permission missing"
    assert warning.fields["permission"] == "Send Messages"  # type: ignore[attr-defined]


async def test_the_log_warns_once_about_what_commands_lack(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.fail("PATCH", "@original", status=403, code=50013, times=2)

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as client:
        client.does = answer
        world = discord.world
        for _ in range(2):  # each asker is told
            used = await discord.slash(world.user, world.channel, "fail", how="public")
            (message,) = shown(await used.done())
            assert message.ephemeral
    assert [record.levelname for record in caplog.records if "permission" in record.getMessage()] == [
        "WARNING"
    ]


@pytest.mark.parametrize(
    ("denied", "code", "name"),
    [
        ("send_messages", 50013, "Send Messages"),
        ("read_message_history", 160002, "Read Message History"),
    ],
)
async def test_people_who_cannot_be_answered_in_the_channel_are_told_why(
    discord: FakeDiscord, meter: Meter, denied: str, code: int, name: str
) -> None:
    discord.expect(code)
    world = discord.world
    world.channel.deny(denied)

    async def answer(message: discord_py.Message) -> None:
        await message.reply("The answer.")

    async with failing(discord, meter) as client:
        client.says = answer
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        direct = world.dm(world.user)
        places = (direct, world.channel)
        await discord.until(
            lambda: any(m.author is world.bot for place in places for m in place.messages.values())
        )
        (said,) = [m for place in places for m in place.messages.values() if m.author is world.bot]
        assert f"**{name}**" in said.content
        assert said.channel is (direct if denied == "send_messages" else world.channel)


async def test_a_channel_whose_permission_was_named_long_ago_is_named_again(
    discord: FakeDiscord, meter: Meter
) -> None:
    discord.expect(50013)
    world = discord.world
    world.channel.deny("embed_links")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send(embed=discord_py.Embed(description="The answer."))

    async with failing(discord, meter, ErrorReports(meter, repeat_after=0.0)) as client:
        client.says = answer
        for number in (1, 2):
            await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
            await discord.until(
                lambda number=number: (  # type: ignore[misc]
                    sum(m.author is world.bot for m in world.channel.messages.values()) == number
                )
            )


async def test_a_missing_permission_that_nobody_can_be_told_is_logged(
    discord: FakeDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.expect(50013)
    discord.fail("POST", "/users/@me/channels", status=403, code=50007)
    world = discord.world
    world.channel.deny("send_messages")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send("The answer.")

    async with failing(discord, meter) as client:
        client.says = answer
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: errors(meter, "direct messages closed"))
    assert "permission missing" in caplog.text


@pytest.mark.slow
async def test_if_one_person_could_not_be_told_the_next_is(discord: FakeDiscord, meter: Meter) -> None:
    discord.expect(50007, 50013)
    world = discord.world
    world.channel.deny("send_messages")
    world.user.closed = True
    eve = world.add_user("eve")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send("The answer.")

    async with failing(discord, meter) as client:
        client.says = answer
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: errors(meter, "direct messages closed"))
        await discord.say(eve, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: world.dm(eve).messages)
        (message,) = world.dm(eve).messages.values()
        assert "**Send Messages**" in message.content


@pytest.mark.parametrize("denied", ["send_messages_in_threads", "embed_links"])
async def test_a_permission_in_a_thread_is_named(discord: FakeDiscord, meter: Meter, denied: str) -> None:
    discord.expect(50013)
    world = discord.world
    thread = world.channel.add_thread("bridges")
    world.channel.deny(denied)

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send(embed=discord_py.Embed(description="The answer."))

    async with failing(discord, meter) as client:
        client.says = answer
        await discord.say(world.user, thread, f"<@{world.bot.id}> who?")
        places = (thread, world.dm(world.user))
        await discord.until(
            lambda: any(m.author is world.bot for place in places for m in place.messages.values())
        )
        (message,) = [m for place in places for m in place.messages.values() if m.author is world.bot]
        assert (
            "**Send Messages in Threads**" if "threads" in denied else "**Embed Links**"
        ) in message.content


async def test_an_error_that_cannot_be_told_names_the_missing_permission(
    discord: FakeDiscord, meter: Meter
) -> None:
    discord.expect(50013)
    world = discord.world
    world.channel.deny("send_messages")
    async with failing(discord, meter) as client:
        client.says = raising(RuntimeError(INNARDS))
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        direct = world.dm(world.user)
        await discord.until(lambda: direct.messages)
        (message,) = direct.messages.values()
        assert "**Send Messages**" in message.content
