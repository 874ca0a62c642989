import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable

import aiohttp
import discord as discord_py
import pytest
from discord import app_commands
from loopback import Interaction, LoopbackDiscord, Message
from toy import Toy, running

from bot.discord.desk import Busy, Late
from bot.discord.failures import Failures
from bot.discord.meter import Meter
from bot.discord.troubles import cause, judge
from bot.feedback import FeedbackError, NoRoomError
from index.errors import EmptyQuestionError, IndexBusyError, UnknownArticleError

INNARDS = "/home/ann/config.toml line 7"
REFERENCE = re.compile(r"\(Reference: `([0-9a-f]{8})`\)")


class Failing(Toy):
    """A client whose one command defers as it is told, then does something, and fails."""

    def __init__(self, server: LoopbackDiscord, failures: Failures) -> None:
        super().__init__(server)
        self.failures = failures
        self.does: Callable[[discord_py.Interaction], object] = lambda _: None
        self.says: Callable[[discord_py.Message], object] = lambda _: None
        self.tree.on_error = failures.interaction  # type: ignore[method-assign,assignment]

        @self.tree.command(description="Fail")
        async def fail(interaction: discord_py.Interaction, how: str = "") -> None:
            if how:
                await interaction.response.defer(ephemeral=how == "private")
            await self.does(interaction)  # type: ignore[misc]

        @fail.autocomplete("how")
        async def offer(interaction: discord_py.Interaction, _: str) -> list[app_commands.Choice[str]]:
            await failures.interaction(interaction, RuntimeError(INNARDS))
            return []

    async def on_message(self, message: discord_py.Message) -> None:
        if message.author.bot:
            return
        try:
            await self.says(message)  # type: ignore[misc]
        except Exception as error:
            await self.failures.message(message, error)


@pytest.fixture
def meter() -> Meter:
    return Meter()


@contextlib.asynccontextmanager
async def failing(discord: LoopbackDiscord, meter: Meter) -> AsyncIterator[Failing]:
    toy = Failing(discord, Failures(meter))
    async with running(toy, discord):
        yield toy
        await asyncio.gather(*[task for task in asyncio.all_tasks() if "discord.py: on_" in task.get_name()])


def raising(error: Exception) -> Callable[..., object]:
    async def fail(_: object) -> None:
        raise error

    return fail


def shown(used: Interaction) -> list[Message]:
    """Return what a person sees of what an interaction brought."""
    return [message for message in (used.message, *used.followups) if message and not message.deleted]


def sent(discord: LoopbackDiscord) -> str:
    """Return all that the bot ever sent."""
    return " ".join(str(request.body) for request in discord.requests)


@pytest.mark.parametrize("how", ["", "public", "private"])
async def test_an_unexpected_error_is_told_privately_once(
    discord: LoopbackDiscord, meter: Meter, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    async with failing(discord, meter) as toy:
        toy.does = raising(RuntimeError(INNARDS))
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail", **({"how": how} if how else {}))
        await used.done()
        (message,) = shown(used)
        assert message.ephemeral
        found = REFERENCE.search(message.content)
        assert found
        assert message.content == f"Something went wrong on my side. (Reference: `{found[1]}`)"
        (record,) = [r for r in caplog.records if r.name == "bot.discord.failures"]
        assert record.levelno == logging.ERROR
        assert record.fields["reference"] == found[1]  # type: ignore[attr-defined]
        assert record.exc_info
        assert INNARDS in str(record.exc_info[1])
        assert INNARDS not in sent(discord)
        assert meter.errors.labels("unexpected")._value.get() == 1


async def test_an_error_after_the_answer_leaves_the_answer(discord: LoopbackDiscord, meter: Meter) -> None:
    async def answer_and_fail(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")
        raise RuntimeError(INNARDS)

    async with failing(discord, meter) as toy:
        toy.does = answer_and_fail
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="public")
        await discord.until(lambda: used.followups)
        assert used.message is not None
        assert used.message.content == "The answer."
        assert not used.message.deleted
        assert [message.ephemeral for message in used.followups] == [True]


async def test_autocompletion_that_fails_offers_nothing(discord: LoopbackDiscord, meter: Meter) -> None:
    async with failing(discord, meter):
        world = discord.world
        assert await discord.autocomplete(world.user, world.channel, "fail", "how", "p") == []
        assert meter.errors.labels("unexpected")._value.get() == 1


async def test_a_deleted_response_is_told_anew(discord: LoopbackDiscord, meter: Meter) -> None:
    discord.expect(10008)
    deleted = asyncio.Event()

    async def late(interaction: discord_py.Interaction) -> None:
        await deleted.wait()
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as toy:
        toy.does = late
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="public")
        await used.acknowledged()
        assert used.message is not None
        used.message.delete()
        deleted.set()
        await discord.until(lambda: used.followups)
        assert "deleted before I was done" in used.followups[0].content
        assert used.followups[0].ephemeral


async def test_an_interaction_that_is_too_old_is_only_logged(
    discord: LoopbackDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.expect(10062)

    async def too_late(interaction: discord_py.Interaction) -> None:
        discord.clock.advance(4)
        await interaction.response.send_message("The answer.")

    async with failing(discord, meter) as toy:
        toy.does = too_late
        used = await discord.slash(discord.world.user, discord.world.channel, "fail")
        await discord.until(lambda: meter.errors.labels("too old")._value.get())
    assert used.callback is None
    assert sum(request.code == 10062 for request in discord.requests) == 1
    assert "10062" in str([getattr(record, "fields", "") for record in caplog.records])


async def test_a_token_that_ran_out_is_only_logged(discord: LoopbackDiscord, meter: Meter) -> None:
    discord.expect(50027)

    async def too_late(interaction: discord_py.Interaction) -> None:
        discord.clock.advance(16 * 60)
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as toy:
        toy.does = too_late
        await discord.slash(discord.world.user, discord.world.channel, "fail", how="private")
        await discord.until(lambda: meter.errors.labels("too old")._value.get())
    assert sum(request.code == 50027 for request in discord.requests) == 1


async def test_what_another_process_took_is_left_to_it(discord: LoopbackDiscord, meter: Meter) -> None:
    discord.expect(40060)

    async def be_second(interaction: discord_py.Interaction) -> None:
        used.answer({"type": 4, "data": {"content": "First!"}})
        await interaction.response.defer()

    async with failing(discord, meter) as toy:
        toy.does = be_second
        used = await discord.slash(discord.world.user, discord.world.channel, "fail")
        await discord.until(lambda: meter.errors.labels("taken")._value.get())
        assert used.message is not None
        assert (used.message.content, used.followups) == ("First!", [])
        assert sum(request.code == 40060 for request in discord.requests) == 1


@pytest.mark.parametrize("how", ["public", "private"])
async def test_what_discord_refuses_is_said(discord: LoopbackDiscord, meter: Meter, how: str) -> None:
    discord.expect(50035)

    async def too_long(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="a" * 2001)

    async with failing(discord, meter) as toy:
        toy.does = too_long
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail", how=how)
        await used.done()
        (message,) = shown(used)
        assert message.content.startswith("Discord did not accept my answer. (Reference:")
        assert message.ephemeral


async def test_a_server_that_fails_is_said(discord: LoopbackDiscord, meter: Meter) -> None:
    discord.cut("PATCH", "@original")

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as toy:
        toy.does = answer
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="private")
        await used.done()
        assert used.message is not None
        assert used.message.content.startswith("Discord has trouble at the moment.")


async def test_an_answer_that_was_shown_after_all_stays_the_only_one(
    discord: LoopbackDiscord, meter: Meter
) -> None:
    discord.cut("PATCH", "@original", done=True)

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as toy:
        toy.does = answer
        used = await discord.slash(discord.world.user, discord.world.channel, "fail", how="public")
        await used.done()
        await discord.until(lambda: discord.requests[-1].method == "GET")
        await asyncio.sleep(0.05)
        assert used.message is not None
        assert (used.message.content, used.followups) == ("The answer.", [])


@pytest.mark.parametrize("private", [False, True])
async def test_an_acknowledgement_whose_answer_was_lost_is_followed_up(
    discord: LoopbackDiscord, meter: Meter, private: bool
) -> None:
    discord.expect(40060)
    discord.cut("POST", "/callback", done=True)

    async def defer(interaction: discord_py.Interaction) -> None:
        await interaction.response.defer(ephemeral=private)

    async with failing(discord, meter) as toy:
        toy.does = defer
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail")
        await used.done()
        (message,) = shown(used)
        assert message.content.startswith("Discord has trouble at the moment.")
        assert message.ephemeral


async def test_a_missing_permission_is_named_to_who_used_a_command(
    discord: LoopbackDiscord, meter: Meter
) -> None:
    discord.world.channel.deny("embed_links")
    discord.fail("PATCH", "@original", status=403, code=50013)

    async def answer(interaction: discord_py.Interaction) -> None:
        await interaction.edit_original_response(content="The answer.")

    async with failing(discord, meter) as toy:
        toy.does = answer
        world = discord.world
        used = await discord.slash(world.user, world.channel, "fail", how="public")
        await used.done()
        (message,) = shown(used)
        assert message.ephemeral
        assert "**Embed Links**" in message.content
        assert "50013" not in message.content


async def test_a_missing_permission_is_named_once_in_the_channel(
    discord: LoopbackDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.expect(50013)
    world = discord.world
    world.channel.deny("embed_links")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send(embed=discord_py.Embed(description="The answer."))

    async with failing(discord, meter) as toy:
        toy.says = answer
        for _ in range(2):
            await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: meter.errors.labels("permission")._value.get() == 2)
        said = [m for m in world.channel.messages.values() if m.author is world.bot]
        await discord.until(lambda: any(m.author is world.bot for m in world.channel.messages.values()))
        said = [m for m in world.channel.messages.values() if m.author is world.bot]
        assert len(said) == 1
        assert said[0].content == (
            "I can't answer here, because I lack: **Embed Links**. Whoever manages the server can allow it."
        )
    assert sum(record.getMessage() == "permission missing" for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("denied", "code", "name"),
    [
        ("send_messages", 50013, "Send Messages"),
        ("read_message_history", 160002, "Read Message History"),
    ],
)
async def test_who_cannot_be_answered_in_the_channel_is_told_why(
    discord: LoopbackDiscord, meter: Meter, denied: str, code: int, name: str
) -> None:
    discord.expect(code)
    world = discord.world
    world.channel.deny(denied)

    async def answer(message: discord_py.Message) -> None:
        await message.reply("The answer.")

    async with failing(discord, meter) as toy:
        toy.says = answer
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
    discord: LoopbackDiscord, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord.expect(50013)
    monkeypatch.setattr("bot.discord.failures.REMEMBERED", 1)  # so that memory stays bounded
    world = discord.world
    channels = [world.guild.add_channel(name) for name in ("one", "two")]
    for channel in channels:
        channel.deny("embed_links")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send(embed=discord_py.Embed(description="The answer."))

    def said() -> int:
        return sum(m.author is world.bot for channel in channels for m in channel.messages.values())

    async with failing(discord, meter) as toy:
        toy.says = answer
        for number, channel in enumerate([*channels, channels[0]], 1):
            await discord.say(world.user, channel, f"<@{world.bot.id}> who?")
            await discord.until(lambda number=number: said() == number)  # type: ignore[misc]


async def test_where_nobody_can_be_told_it_is_logged(
    discord: LoopbackDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.expect(50013)
    discord.fail("POST", "/users/@me/channels", status=403, code=50007)
    world = discord.world
    world.channel.deny("send_messages")

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send("The answer.")

    async with failing(discord, meter) as toy:
        toy.says = answer
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: meter.errors.labels("direct messages closed")._value.get())
    assert "permission missing" in caplog.text


@pytest.mark.parametrize("denied", ["send_messages_in_threads", "embed_links"])
async def test_a_permission_in_a_thread_is_named(discord: LoopbackDiscord, meter: Meter, denied: str) -> None:
    discord.expect(50013)
    world = discord.world
    thread = world.channel.add_thread("bridges")
    world.channel.deny(denied)

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send(embed=discord_py.Embed(description="The answer."))

    async with failing(discord, meter) as toy:
        toy.says = answer
        await discord.say(world.user, thread, f"<@{world.bot.id}> who?")
        places = (thread, world.dm(world.user))
        await discord.until(
            lambda: any(m.author is world.bot for place in places for m in place.messages.values())
        )
        (message,) = [m for place in places for m in place.messages.values() if m.author is world.bot]
        assert (
            "**Send Messages in Threads**" if "threads" in denied else "**Embed Links**"
        ) in message.content


async def test_a_message_gets_a_line_with_a_number(discord: LoopbackDiscord, meter: Meter) -> None:
    async with failing(discord, meter) as toy:
        toy.says = raising(RuntimeError(INNARDS))
        message = await discord.say(
            discord.world.user, discord.world.channel, f"<@{discord.world.bot.id}> who?"
        )
        answer = await discord.answer(message)
        assert REFERENCE.search(answer.content)
        assert answer.reference is message
        assert INNARDS not in sent(discord)


async def test_a_message_whose_answer_got_through_after_all_gets_no_second(
    discord: LoopbackDiscord, meter: Meter
) -> None:
    discord.cut("POST", "/messages", done=True)

    async def answer(message: discord_py.Message) -> None:
        await message.channel.send("The answer.", nonce=message.id)

    async with failing(discord, meter) as toy:
        toy.says = answer
        message = await discord.say(
            discord.world.user, discord.world.channel, f"<@{discord.world.bot.id}> who?"
        )
        await discord.until(lambda: sum("/messages" in request.path for request in discord.requests) == 2)
        await asyncio.sleep(0.05)
        assert [found.content for found in discord.answers(message)] == ["The answer."]


async def test_nothing_is_raised_where_nothing_can_be_told(
    discord: LoopbackDiscord, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    discord.cut("*", "/callback|/webhooks|/messages", times=None)
    async with failing(discord, meter) as toy:
        toy.does = raising(RuntimeError(INNARDS))
        toy.says = raising(RuntimeError(INNARDS))
        world = discord.world
        await discord.slash(world.user, world.channel, "fail")
        await discord.until(lambda: meter.errors.labels("unreachable")._value.get() == 1)
        await discord.say(world.user, world.channel, f"<@{world.bot.id}> who?")
        await discord.until(lambda: meter.errors.labels("unreachable")._value.get() == 2)
    references = [record.fields["reference"] for record in caplog.records if hasattr(record, "fields")]
    assert len(references) == 4
    assert len(set(references)) == 2  # what went wrong, and that it could not be told, under one number


async def test_an_error_that_nobody_waits_for_is_logged(
    meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    reference = Failures(meter).event("on_ready", RuntimeError(INNARDS))
    (record,) = caplog.records
    assert record.fields["reference"] == reference  # type: ignore[attr-defined]
    assert record.fields["source"] == "on_ready"  # type: ignore[attr-defined]


class Response:
    """As much of a response as discord.py's exceptions look at."""

    def __init__(self, status: int, **headers: str) -> None:
        self.status = status
        self.reason = "Because"
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def http(status: int, code: int = 0, **headers: str) -> discord_py.HTTPException:
    kind = {403: discord_py.Forbidden, 404: discord_py.NotFound}.get(status, discord_py.HTTPException)
    kind = discord_py.DiscordServerError if status >= 500 else kind
    return kind(Response(status, **headers), {"code": code, "message": INNARDS})  # type: ignore[arg-type]


def invoked(error: Exception) -> app_commands.CommandInvokeError:
    @app_commands.command(description="Ask")
    async def ask(_: discord_py.Interaction) -> None: ...

    return app_commands.CommandInvokeError(ask, error)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (RuntimeError(INNARDS), "unexpected", "Something went wrong on my side."),
        (invoked(RuntimeError(INNARDS)), "unexpected", "Something went wrong on my side."),
        (invoked(http(404, 10062)), "too old", None),
        (http(404, 10015), "too old", None),
        (http(401, 50027), "too old", None),
        (http(400, 40060), "taken", None),
        (http(404, 10003), "channel deleted", None),
        (http(403, 50007), "direct messages closed", None),
        (http(404, 10008), "message deleted", "The message was deleted before I was done."),
        (http(400, 50035), "refused", "Discord did not accept my answer."),
        (http(403, 50001), "permission", "I lack a permission here."),
        (http(403, 50013), "permission", "I lack a permission here."),
        (
            http(429, Retry_After="2.2"),
            "slowed down",
            "Discord asks me to slow down. Please try again in 3 s.",
        ),
        (
            http(429, Retry_After="soon"),
            "slowed down",
            "Discord asks me to slow down. Please try again in 5 s.",
        ),
        (http(429), "slowed down", "Discord asks me to slow down. Please try again in 5 s."),
        (
            discord_py.RateLimited(61.0),
            "slowed down",
            "Discord asks me to slow down. Please try again in 61 s.",
        ),
        (http(502), "unreachable", "Discord has trouble at the moment. Please try again in a minute."),
        (
            aiohttp.ServerDisconnectedError(),
            "unreachable",
            "Discord has trouble at the moment. Please try again in a minute.",
        ),
        (PermissionError(INNARDS), "unexpected", "Something went wrong on my side."),
        (TimeoutError(), "unreachable", "Discord has trouble at the moment. Please try again in a minute."),
        (Busy(3), "busy", "I'm busy right now. Please try again in 3 s."),
        (UnknownArticleError(INNARDS), "article gone", "This article is not in the library."),
        (EmptyQuestionError(INNARDS), "empty", "There is no question in that."),
        (NoRoomError(INNARDS), "feedback", "Thanks, but I have no room left to keep that."),
        (FeedbackError(INNARDS), "feedback", "Thanks, but I can't keep that at the moment."),
        (IndexBusyError(INNARDS), "library", "I can't look things up at the moment."),
        (
            app_commands.CommandNotFound("ask", []),
            "command changed",
            "This command has changed. Please reload Discord and try again.",
        ),
        (app_commands.CommandLimitReached(None, 100), "unexpected", "Something went wrong on my side."),
        (app_commands.NoPrivateMessage(), "not allowed", "You cannot use this here."),
    ],
)
def test_each_error_has_its_words(error: Exception, kind: str, words: str | None) -> None:
    trouble = judge(cause(error))
    assert (trouble.kind, trouble.words) == (kind, words)


def test_a_deadline_that_passed_is_said() -> None:
    assert judge(Late(4)).words == "That took too long, so I gave up. I'm busy: please try again in 4 s."
