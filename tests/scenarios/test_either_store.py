"""What a library promises in a folder and in a database alike: updates, and the answers of the bot."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from index.config import Config
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.discord_questions import BEES, NOWHERE, ask, mentioning, starts, text
from tests.support.homes import STRIKE, Home
from tests.support.postgres_fixtures import STORES, WAIT, with_store
from tests.support.small_library import build

WASPS = "# Wasps\n\nWasps build with paper.\n\nTheir nests last one summer.\n"
NESTS = "What do wasps build with?"


@pytest.mark.slow
def test_an_update_embeds_what_changed_and_is_seen_by_the_next_question(either_own_home: Home) -> None:
    home = either_own_home

    def update() -> Mapping[str, object]:
        report = home.footnote("index", "--json").json
        assert home.footnote("index", "--json").json["embedded"] == 0
        return {key: report[key] for key in ("added", "updated", "removed", "renamed", "embedded")}

    nothing = {"added": [], "updated": [], "removed": [], "renamed": [], "embedded": 0}

    before = home.footnote("ask", "--json", STRIKE).json
    assert update() == nothing
    file = home.corpus / "wasps.md"
    file.write_text(WASPS)
    added = update()
    assert (added["added"], added["updated"], added["removed"]) == (["wasps"], [], [])
    embedded = added["embedded"]
    assert home.footnote("ask", "--json", NESTS).json["answer"] == "paper"
    file.rename(home.corpus / "notes" / "hornets.md")
    assert update() == nothing | {"renamed": [{"from": "wasps", "to": "notes/hornets"}]}
    cited = home.footnote("ask", "--json", NESTS).json["citations"][0]
    assert cited["article"]["id"] == "notes/hornets"
    (home.corpus / "notes" / "hornets.md").write_text(WASPS.replace("with paper", "with wood"))
    changed = update()
    assert (changed["added"], changed["updated"], changed["removed"]) == ([], ["notes/hornets"], [])
    assert 0 < changed["embedded"] < embedded  # type: ignore[operator]
    assert home.footnote("ask", "--json", NESTS).json["answer"] == "wood"
    (home.corpus / "notes" / "hornets.md").unlink()
    assert update() == nothing | {"removed": ["notes/hornets"]}
    assert home.footnote("ask", "--article", "hornets", NESTS).code == 1
    after = home.footnote("ask", "--json", STRIKE).json
    assert {**after, "elapsed_ms": 0} == {**before, "elapsed_ms": 0}


@pytest.fixture(params=STORES)
def either_bots(request: pytest.FixtureRequest, bots: Bots, library_folder: Path) -> Bots:
    """Return what starts bots over a library in a folder, or in a database."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_server").database()
        folder = Config.model_validate({"base": library_folder, "index": {"directory": "index"}})
        config = with_store(folder, url, wait=WAIT)
        build(config)
        bots.library = Library.open(config)
        bots.store = {"url": url, "wait": WAIT}
    return bots


@pytest.mark.slow
async def test_the_bot_answers_narrows_and_declines(discord: FakeDiscord, either_bots: Bots) -> None:
    await either_bots.start()
    assert "35 degrees Celsius" in text(await (await ask(discord, BEES)).done(60))
    assert "35 degrees Celsius" in starts(await mentioning(discord, BEES))
    narrowed = text(await (await ask(discord, "How long is the bridge?", article="bridges/green")).done(60))
    assert "40 metres" in narrowed
    assert "900 metres" not in narrowed
    assert "don't say" in text(await (await ask(discord, NOWHERE)).done(60))
