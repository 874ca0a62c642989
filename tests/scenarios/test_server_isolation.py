"""Two servers with articles of their own: nothing that the bot sends to one holds a word of the other.

Each server, direct messages, and a person who uses the bot where it is no member are asked all that there is
to ask, with buttons of the other server's messages, too. Then all that the bot sent meanwhile is searched.
"""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.library.server_libraries import ServerLibraries
from bot.discord.replies.answer_reply import ANSWER_LABEL
from bot.discord.replies.tickets import ArticlesTicket, PageTicket
from bot.library_log import LibraryLog
from bot.live.question_queue import QuestionQueue
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord, Interaction, Message
from tests.fake_discord.messages import numbered
from tests.fake_discord.people import NotPossibleError
from tests.fake_discord.world import Channel, Guild, User
from tests.support.bots import THIS_MACHINE, Bots
from tests.support.button_presses import NOWHERE, press
from tests.support.small_library import write_corpus
from tests.support.web_server import WebServer, web_server

QUESTIONS = ("What is the password of the cellar?", "Who keeps the key of the cellar?", NOWHERE)
UNANSWERED = "How tall is the mayor of Tuvalu?"
WAIT = 60.0


@dataclass
class Side:
    """A server, somebody who may change its library, and the words that are nobody else's."""

    guild: Guild
    person: User
    words: tuple[str, ...]
    custom_ids: list[str] = field(default_factory=list)
    """Of the buttons below what was sent there."""

    @property
    def channel(self) -> Channel:
        return self.guild.channels[0]

    @property
    def key(self) -> str:
        """Key of its article, as autocompletion gives it."""
        return article_key(f"{self.words[0]}-cellar")


@dataclass
class Scene:
    """All that the tests play with."""

    discord: FakeDiscord
    client: FootnoteClient
    web: WebServer
    sides: tuple[Side, Side]
    since: int = 0

    def sent(self) -> str:
        """Return all that the bot sent since the last call, in lower case."""
        requests = self.discord.requests[self.since :]
        self.since = len(self.discord.requests)
        files = [_unzipped(content) for request in requests for content in request.files.values()]
        bodies = [json.dumps([each.path, each.query, each.body], ensure_ascii=False) for each in requests]
        return "\n".join([*bodies, *files]).casefold()


def _unzipped(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join([name + archive.read(name).decode() for name in archive.namelist()])


@pytest.fixture
def web(own_bots: Bots) -> Iterator[WebServer]:
    """Return a web server that stands for the internet."""
    own_bots.hosts = THIS_MACHINE
    with web_server() as server:
        yield server


@pytest.fixture
def scene(
    discord: FakeDiscord, own_bots: Bots, web: WebServer, manager: User, runner: asyncio.Runner
) -> Scene:
    """Return two servers with an article each, added by hand, and what was asked and judged there."""
    world = discord.world
    other, mary = world.add_guild("Elsewhere"), world.add_user("mary")
    other.grant(mary, "manage_guild")
    sides = (
        Side(world.guild, manager, ("quillfeather", "vermilion", "osterlund", "wimpole")),
        Side(other, mary, ("brackenthwaite", "tanzanite", "yarrowby", "penhaligon")),
    )
    client = runner.run(own_bots.start(libraries="per-server", keep_unanswered=True, learn_answers=True))
    scene = Scene(discord, client, web, sides)
    for side in sides:
        runner.run(_settle(scene, side))
    scene.sent()
    return scene


async def _settle(scene: Scene, side: Side) -> None:
    discord, (name, secret, keeper, writer) = scene.discord, side.words
    config = scene.client.services.config.of_server(side.guild.id)
    text = (
        f"# The {name} cellar\n\nThe password of the cellar is {secret}. {keeper.title()} keeps the key of "
        "the cellar. The cellar is dark. The cellar is cold. Nobody goes there at night.\n"
    )
    write_corpus(config.corpus_directory, {f"{name}-cellar.md": text})
    said = await discord.say(side.person, side.channel, f"The cellar was dug by {writer.title()}.")
    added = await (await discord.menu(side.person, said, "Add to library")).done(WAIT)
    assert "Ask away" in _text(added.message)
    unanswered = f"Why does {name} hum at noon in Tuvalu?"
    for question in (*QUESTIONS, unanswered):
        asked = await (await discord.slash(side.person, side.channel, "ask", question=question)).done(WAIT)
        assert asked.message is not None
        side.custom_ids += [button["custom_id"] for button in asked.message.buttons]
    judged = await press(discord, asked.message, "right", side.person)
    thanks = [message for message in (judged.message, *judged.followups) if message is not asked.message]
    side.custom_ids += [button["custom_id"] for message in thanks if message for button in message.buttons]
    assert any(":n:" in custom_id for custom_id in side.custom_ids)
    side.custom_ids += [PageTicket(side.key, number).custom_id for number in range(3)]
    side.custom_ids += [ArticlesTicket(page, query).custom_id for page in (0, 1) for query in ("", "cellar")]
    side.custom_ids += [ArticlesTicket(0, "", changeable=True).custom_id]


def _text(message: Message | None) -> str:
    assert message is not None
    return message.text


async def _use(scene: Scene, by: User, channel: Channel, name: str, **options: Any) -> Message:
    used = await scene.discord.slash(by, channel, name, forged=True, **options)
    await used.done(WAIT)
    assert used.message is not None
    return used.message


async def ask_everything(scene: Scene, by: User, channel: Channel, other: Side) -> None:
    """Ask in a channel, by command, and with each button of the other server's messages."""
    discord = scene.discord
    for question in QUESTIONS:
        answer = await _use(scene, by, channel, "ask", question=question)
        await _use(scene, by, channel, "ask", question=question, article=other.key)
    for typed in ("", "cellar", "the q", "the b", "message", other.key):
        for command in ("ask", "article"):
            await discord.autocomplete(by, channel, command, "article", typed)
        await _use(scene, by, channel, "articles", search=typed)
        await _use(scene, by, channel, "article", article=typed or "The cellar")
    await _use(scene, by, channel, "about")
    listed = await _use(scene, by, channel, "articles")
    for message in (answer, listed):
        for custom_id in other.custom_ids:
            await _click(scene, message, custom_id, by)


async def _click(scene: Scene, message: Message, custom_id: str, by: User) -> None:
    """Click a button that may be another message's, alone and as if it stood below this one."""
    planted = {"type": 2, "style": 2, "label": "Planted", "custom_id": custom_id}
    has_it = any(button["custom_id"] == custom_id for button in message.buttons)
    if not has_it:
        await (await scene.discord.click(by, message, custom_id, forged=True)).done(WAIT)
        before = message.components
        message.components = numbered([*before[:4], {"type": 1, "components": [planted]}])
    clicked = await (await scene.discord.click(by, message, custom_id)).done(WAIT)
    if clicked.modal is not None:
        await _fill(scene, clicked)
    if not has_it:
        message.components = before


async def _fill(scene: Scene, opened: Interaction, **values: str) -> None:
    assert opened.modal is not None
    inputs = [part["component"]["custom_id"] for part in opened.modal["components"]]
    given = {name: values.get(name, "Nobody knows that.") for name in inputs if name != "question"}
    sent = await scene.discord.submit(opened.user, opened, **given)
    in_flight = scene.client.services.question_handler.in_flight
    await scene.discord.until(lambda: sent.acknowledged_after is not None and not len(in_flight), WAIT)


async def talk(scene: Scene, by: User, channel: Channel) -> None:
    """Ask in messages, go on from the answers, and look up what somebody wrote."""
    discord = scene.discord
    bot = discord.world.bot.mention
    said = await discord.say(by, channel, f"{bot} {QUESTIONS[0]}")
    answer = await discord.answer(said, WAIT)
    for text in ("And who keeps the key of it?", "more", "more"):
        reply = await discord.say(by, channel, f"{bot} {text}", reply_to=answer)
        await discord.answer(reply, WAIT)
    for button in list(answer.buttons):
        await _click(scene, answer, button["custom_id"], by)
    statement = await discord.say(by, channel, "The password of the cellar is a word.")
    await (await discord.menu(by, statement, "Find sources")).done(WAIT)
    if channel.guild is not None:
        thread = channel.add_thread("More of it", answer, by)
        await discord.answer(await discord.say(by, thread, f"{bot} Who keeps the key?"), WAIT)


async def change_everything(scene: Scene, side: Side, other: Side) -> None:
    """Use each command that changes a library or shows what was changed, and answer what nobody could."""
    discord, by, channel = scene.discord, side.person, side.channel
    for name in ("list", "gaps", "export", "refresh"):
        await _use(scene, by, channel, f"library {name}")
    for name in ("remove", "refresh"):
        for typed in ("", "cellar", other.key):
            await discord.autocomplete(by, channel, f"library {name}", "article", typed)
        await _use(scene, by, channel, f"library {name}", article=other.key)
    page = scene.web.put("/cellars", "<h1>Cellars</h1><p>Cellars keep wine. They are deep.</p>")
    assert "Ask away" in _text(await _use(scene, by, channel, "library add", url=page))
    await _use(scene, by, channel, "library add", url=scene.web.origin + "/none")
    await _use(scene, by, channel, "library refresh")
    refused = await _use(scene, by, channel, "ask", question=UNANSWERED)
    opened = await press(discord, refused, ANSWER_LABEL, by)
    await _fill(scene, opened, answer="The mayor of Tuvalu is 170 centimetres tall.")
    assert "170" in (await _use(scene, by, channel, "ask", question=UNANSWERED)).text
    removed = await _use(scene, by, channel, "library remove", article="Cellars")
    assert "Removed" in removed.text
    for name in ("list", "gaps", "export"):
        await _use(scene, by, channel, f"library {name}")


async def fail_everywhere(scene: Scene, by: User, channel: Channel, other: Side) -> None:
    """Ask while all fails with an error that holds a word of the other server."""

    class Broken:
        async def run(self, *_: object, **__: object) -> Any:
            raise RuntimeError(f"/srv/{other.words[0]}")

        ask = run

    services = scene.client.services
    scene.client.services = replace(services, question_queue=cast(QuestionQueue, Broken()))
    try:
        listed = await _use(scene, by, channel, "articles")
        for custom_id in other.custom_ids[:3]:
            await _click(scene, listed, custom_id, by)
        await scene.discord.autocomplete(by, channel, "ask", "article", "cellar")
    finally:
        scene.client.services = services


async def visit(scene: Scene, side: Side, other: Side) -> str:
    """Do all that can be done in a server, and return all that the bot sent."""
    await ask_everything(scene, side.person, side.channel, other)
    await talk(scene, side.person, side.channel)
    await change_everything(scene, side, other)
    await fail_everywhere(scene, side.person, side.channel, other)
    return scene.sent()


async def write_directly(scene: Scene, by: User, other: Side) -> str:
    """Do all that can be done in direct messages, and return all that the bot sent."""
    channel = scene.discord.world.dm(by)
    await talk(scene, by, channel)
    await ask_everything(scene, by, channel, other)
    await fail_everywhere(scene, by, channel, other)
    with pytest.raises(NotPossibleError):
        await scene.discord.slash(by, channel, "library list", forged=True)
    return scene.sent()


def found(words: tuple[str, ...], sent: str) -> set[str]:
    return {word for word in words if word in sent}


@pytest.mark.slow
async def test_a_server_sees_its_own_words_and_none_of_the_other(scene: Scene) -> None:
    for side, other in (scene.sides, scene.sides[::-1]):
        sent = await visit(scene, side, other)
        assert found(other.words, sent) == set()
        assert found(side.words, sent) == set(side.words)
    changes = LibraryLog(scene.client.services.config.bot_directory).list()
    assert {change.server for change in changes} == {str(side.guild.id) for side in scene.sides}


@pytest.mark.slow
async def test_direct_messages_and_servers_that_removed_the_bot_see_neither(scene: Scene) -> None:
    for side in scene.sides:
        sent = await write_directly(scene, side.person, side)
        assert found((*scene.sides[0].words, *scene.sides[1].words), sent) == set()
        assert "how bees keep warm" in sent  # a common article
    # Somebody has the bot in their own account, and uses it in a server that removed it.
    side, other = scene.sides
    channel = side.guild.add_channel("after")
    channel.foreign = True
    await ask_everything(scene, side.person, channel, side)
    await ask_everything(scene, side.person, channel, other)
    assert found((*side.words, *other.words), scene.sent()) == set()


@pytest.mark.slow
async def test_while_an_index_is_being_opened_nothing_is_suggested(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(*_: object) -> Any:
        await asyncio.Event().wait()

    scene.client.services = replace(scene.client.services, suggest_within=0.01)
    for name in ("library_of", "changeable_library_of"):
        monkeypatch.setattr(ServerLibraries, name, never)
    side = scene.sides[0]
    for command in ("ask", "library remove"):
        assert await scene.discord.autocomplete(side.person, side.channel, command, "article", "cell") == []
    assert not [record for record in caplog.records if record.name.startswith("bot.discord.delivery")]


@pytest.mark.slow
async def test_a_leak_would_be_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each way to what a server has lead to the other server's in turn: its words are sent."""
    side, other = scene.sides
    others = {side.guild.id: other.guild.id, None: other.guild.id}

    @contextmanager
    def leaking(way: str) -> Iterator[None]:
        right = getattr(ServerLibraries, way)

        def wrong(self: ServerLibraries, server: int | None) -> Any:
            return right(self, others.get(server, server))

        scene.sent()
        with monkeypatch.context() as patch:
            patch.setattr(ServerLibraries, way, wrong)
            yield

    for way in ("changeable_library_of", "config_of"):
        with leaking(way):
            for name in ("list", "gaps", "export"):
                await _use(scene, side.person, side.channel, f"library {name}")
            assert found(other.words, scene.sent()) != set(), way
    with leaking("library_of"):
        await ask_everything(scene, side.person, side.channel, other)
        assert found(other.words, scene.sent()) == set(other.words)
        assert found(other.words, await write_directly(scene, side.person, side)) != set()
    with leaking("feedback_of"):  # what the one server asks is listed in the other
        question = f"Does {side.words[0]} sneeze in Tuvalu?"
        await _use(scene, side.person, side.channel, "ask", question=question)
        await _use(scene, side.person, side.channel, "library gaps")
        scene.sent()
        await _use(scene, other.person, other.channel, "library gaps")
        assert found(side.words, scene.sent()) == {side.words[0]}
