"""An interaction gets its reply, whatever Discord makes of the requests on the way."""

import discord as discord_py
import pytest

from bot.discord.delivery.sending import edit_response, view_of
from bot.discord.events.client import FootnoteClient
from bot.discord.replies.reply import notice
from bot.telemetry.meter import Meter
from tests.fake_discord import FakeDiscord, Interaction, Message
from tests.preview.golden import GOLDEN, payload
from tests.support.bots import Bots
from tests.support.button_presses import ANSWER, CONTEXT, RAQQA, ask, press, seen
from tests.support.failing_client import failing

pytestmark = pytest.mark.slow


async def asked(discord: FakeDiscord, **options: object) -> Interaction:
    world = discord.world
    return await discord.slash(world.user, world.channel, "ask", question=RAQQA, **options)


def visible(used: Interaction) -> list[Message]:
    """Return what a person sees of what an interaction brought."""
    return [message for message in (used.message, *used.followups) if message and not message.deleted]


@pytest.mark.parametrize("status", [500, 502])
async def test_a_deferral_that_discord_reported_as_failed_counts(
    discord: FakeDiscord, bot: FootnoteClient, status: int
) -> None:
    discord.expect(40060)  # to discord.py's own second try
    fault = discord.fail("POST", "/callback", status, done=True)
    used = await (await asked(discord)).done()
    await bot.finish(5)
    assert fault.happened == 1
    assert [ANSWER in message.text for message in visible(used)] == [True]


async def test_a_click_whose_deferral_discord_reported_as_failed_is_answered(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    discord.expect(40060)
    discord.fail("POST", "/callback", 502, done=True)
    assert ANSWER in seen(await press(discord, message, CONTEXT))


async def test_two_processes_that_take_a_question_show_one_answer(discord: FakeDiscord, bots: Bots) -> None:
    first, second = await bots.start(), await bots.start()
    discord.expect(40060)
    used = await (await asked(discord)).done()
    await first.finish(5)
    await second.finish(5)
    assert [ANSWER in message.text for message in visible(used)] == [True]


async def test_a_line_that_discord_reported_as_failed_is_shown_once(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    discord.expect(40060)
    message = await ask(discord)
    discord.fail("POST", "/callback", 502, done=True)
    world = discord.world
    used = await discord.click(world.user, message, "fn1:nonsense", forged=True)
    await used.done()
    await bot.finish(5)
    assert seen(used)


@pytest.mark.parametrize("kind", ["lost", "denied"])
async def test_a_withdrawn_promise_is_followed_up_though_its_confirmation_was_lost(
    discord: FakeDiscord, bot: FootnoteClient, kind: str
) -> None:
    if kind == "lost":
        fault = discord.cut("DELETE", "@original", done=True)
    else:
        fault = discord.fail("DELETE", "@original", 502, done=True)
    discord.expect(10008)  # to the second try: it is gone
    used = await asked(discord, article="nothing of ours")
    await discord.until(lambda: used.followups)
    await bot.finish(5)
    assert fault.happened == 1
    (message,) = visible(used)
    assert message.ephemeral
    assert "No article is called" in message.text


async def test_the_response_is_fetched_again_after_each_failure(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    discord.cut("DELETE", "@original", times=4)  # aiohttp sends each of ours twice
    used = await asked(discord, article="nothing of ours")
    await discord.until(lambda: used.followups)
    await bot.finish(5)
    (message,) = visible(used)
    assert message.ephemeral
    assert sum(request.method == "GET" for request in discord.requests if "@original" in request.path) >= 2


@pytest.mark.parametrize("private", [False, True])
async def test_an_edit_that_would_wait_for_an_hour_is_given_up_and_told(
    discord: FakeDiscord, private: bool
) -> None:
    discord.fail("PATCH", "@original", 429, retry_after=3600)

    async def answer(interaction: discord_py.Interaction) -> None:
        await edit_response(interaction, notice("The answer."), timeout=0.5)

    async with failing(discord, Meter()) as client:
        client.does = answer
        world, how = discord.world, "private" if private else "public"
        used = await discord.slash(world.user, world.channel, "fail", how=how)
        await discord.until(lambda: any("Discord has trouble" in message.text for message in visible(used)))
    (message,) = visible(used)
    assert message.ephemeral


async def test_a_message_whose_answer_would_wait_for_an_hour_gets_a_line(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    discord.fail("POST", "/messages$", 429, retry_after=3600)
    world = discord.world
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    answer = await discord.answer(said)
    assert answer.content.startswith("Discord asks me to slow down. Please try again in 3600 s.")


async def test_a_question_that_another_process_refused_has_not_failed(
    discord: FakeDiscord, bots: Bots, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot")
    running = [await bots.start(), await bots.start()]
    for bot in running:
        bot.services.question_handler.stop()  # so each says at once that it is restarting
    discord.expect(40060)
    used = await (await asked(discord)).done()
    for bot in running:
        await bot.finish(5)
    assert "restarting" in seen(used)
    counts = {
        outcome: sum(
            bot.meter.registry.get_sample_value(
                "footnote_questions_total", {"source": "slash", "outcome": outcome}
            )
            or 0
            for bot in running
        )
        for outcome in ("busy", "taken", "failed")
    }
    assert counts == {"busy": 1, "taken": 1, "failed": 0}
    assert "question taken" in caplog.messages
    assert "question failed" not in caplog.messages
    assert "answered already, perhaps by another process" in caplog.messages


@pytest.mark.parametrize("name", GOLDEN)
async def test_the_golden_payloads_are_what_discord_py_sends(name: str) -> None:
    reply = GOLDEN[name]()
    view = view_of(reply)
    rows = payload(reply).get("components", [])
    assert len(view.to_components() if view else []) == len(rows)
    for sent, row in zip(view.to_components() if view else [], rows, strict=True):
        for button, golden in zip(sent["components"], row["components"], strict=True):
            assert {key: button[key] for key in ("type", "style", "label", "custom_id")} == {
                key: golden[key] for key in ("type", "style", "label", "custom_id")
            }
