"""An article full of markup and mentions, wherever Discord shows it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.config import BotConfig
from bot.discord.replies.markdown import web_address
from index.building.update import update
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.preview.markdown import parse
from tests.support.bots import Bots
from tests.support.button_presses import CONTEXT, MORE, press
from tests.support.shared_folders import link_index

TITLE = "@everyone **[free](https://evil.example)** <@1> `x` ||y|| \u202eevil"
HOSTILE = f"""\
---
title: "{TITLE}"
url: "https://example.org/a_(b)]?q=[x](y)*|`@everyone"
author: "<@&1> # @here"
published: "<t:1:R>"
---
The wizard of Oddville is called @everyone [Zorp](javascript:1) <@1> </ask:1> <:a:1> \u202ereversed.

# The wizard of Oddville lives ||below|| `the` hill, <#1> says @here, http://evil.example agrees.

> The wizard of Oddville likes ``` discord.gg/evil ``` and **bold** hats of *every* kind.
"""
QUESTION = "What is the wizard of Oddville called?"
HARMFUL = ("@everyone", "@here", "<@", "<#", "</", "<:", "<t:", "\u202e")


@pytest.fixture(scope="module")
def hostile_folder(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the library with one more article; its index's files are links."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(library_folder / "corpus", folder / "corpus")
    link_index(library_folder / "index", folder / "index")
    (folder / "index" / "lock").unlink(missing_ok=True)
    (folder / "corpus" / "wizard.md").write_text(HOSTILE, "utf-8")
    update(_config(folder), lambda *_: None, wait=300)
    return folder


def _config(folder: Path) -> BotConfig:
    return BotConfig.model_validate({"base": folder, "index": {"directory": "index"}})


def harmless(body: Any) -> None:
    """Read what was sent as Discord does: nothing pings, and all markup is the bot's own."""
    shown = {key: value for key, value in body.items() if key != "components"}
    raw = json.dumps({**shown, "allowed_mentions": None}, ensure_ascii=False)
    assert not [harm for harm in HARMFUL if harm in raw], raw
    assert not body.get("allowed_mentions", {}).get("parse")
    for embed in [{"description": body.get("content")}, *body.get("embeds", ())]:
        for text in (embed.get("title"), embed.get("description")):
            for node in (inner for top in parse(text or "") for inner in top.walk()):
                assert node.kind in ("text", "strong", "quote", "small", "link")
                assert node.kind != "link" or node.target == web_address(node.target)
                assert "evil" not in (node.target or "")


@pytest.mark.slow
@pytest.mark.usefixtures("all_worth_showing")
async def test_an_article_stays_text_wherever_it_is_shown(
    discord: FakeDiscord, hostile_folder: Path, tmp_path: Path
) -> None:
    world, bots = (
        discord.world,
        Bots(discord, Library.open(_config(hostile_folder)), hostile_folder, tmp_path),
    )
    await bots.start()
    before = len(discord.requests)
    asked = await (await discord.slash(world.user, world.channel, "ask", question=QUESTION)).done()
    assert asked.message is not None
    assert "Oddville" in asked.message.text
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {QUESTION}")
    assert "Oddville" in (await discord.answer(said)).text
    for what in (CONTEXT, MORE):
        await press(discord, asked.message, what)
    (offered,) = await discord.autocomplete(world.user, world.channel, "ask", "article", "everyone free")
    assert "\u202e" not in offered["name"]
    for command, options in (
        ("article", {"article": offered["value"]}),
        ("articles", {}),
        ("articles", {"search": TITLE[:60]}),
        ("article", {"article": f"{TITLE} 2"}),
        ("ask", {"question": QUESTION, "article": f"{TITLE} 2"}),
    ):
        looked = await (await discord.slash(world.user, world.channel, command, **options)).done()
        await discord.until(lambda looked=looked: looked.message.text or looked.followups)
    await bots.stop_all()
    sent = [
        request.body.get("data", request.body)
        for request in discord.requests[before:]
        if request.method in ("POST", "PATCH") and isinstance(request.body, dict)
    ]
    shown = [body for body in sent if body.get("content") or body.get("embeds")]
    assert len(shown) >= 9
    assert sum("free" in json.dumps(body) for body in shown) >= 8
    for body in shown:
        harmless(body)
