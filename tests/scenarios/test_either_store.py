"""What a library promises in a folder and in a database alike: the answers of the bot."""

from pathlib import Path

import pytest

from index.config import Config
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.discord_questions import BEES, NOWHERE, ask, mentioning, starts, text
from tests.support.postgres_fixtures import STORES, WAIT, with_store
from tests.support.small_library import build


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
