"""The life of `footnote serve`, from its address to its end."""

import asyncio
import json
import logging
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import aiohttp
import pytest

from bot.config import BotConfig
from bot.live.live_library import LiveLibrary
from bot.telemetry.meter import Meter
from bot.web.running import serve_reading_room
from index.errors import ConfigurationError
from index.library import Library
from tests.support.bots import update_here
from tests.support.homes import Home
from tests.support.shared_folders import link_index


async def address_in(caplog: pytest.LogCaptureFixture) -> str:
    async with asyncio.timeout(60):
        while True:
            for record in caplog.records:
                if record.message == "the reading room is open":
                    address: str = record.fields["address"]  # type: ignore[attr-defined]
                    return address
            await asyncio.sleep(0.01)


async def get(address: str, path: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(address + path) as response:
        assert response.status == 200
        return await response.text()


async def test_it_says_where_it_is_follows_the_articles_and_stops(
    library: Library, library_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    link_index(library_folder / "index", tmp_path / "index")
    config = BotConfig.model_validate({"base": tmp_path, "index": {"directory": "index", "watch": 0.02}})

    async def open_library(config: BotConfig, meter: Meter) -> LiveLibrary:
        return LiveLibrary(config, Library.open(config, library), meter, update_here)

    stopping = asyncio.Event()
    room = asyncio.create_task(
        serve_reading_room(config, "127.0.0.1:0", "web.listen", "", stopping, open_library)
    )
    address = await address_in(caplog)
    (tmp_path / "corpus" / "weaver.txt").write_text("The weaver\n\nThe weaver of Lund made 7 carpets.\n")
    async with asyncio.timeout(120):
        while json.loads(await get(address, "/healthz"))["articles"] == 4:
            await asyncio.sleep(0.05)
    assert "made 7 carpets" in await get(address, "/a/weaver")
    stopping.set()
    await asyncio.wait_for(room, 30)
    with pytest.raises(aiohttp.ClientConnectionError):
        await get(address, "/healthz")


async def test_a_stop_before_the_library_is_open(tmp_path: Path) -> None:
    config = BotConfig.model_validate({"base": tmp_path})

    async def open_library(_: BotConfig, __: Meter) -> LiveLibrary:
        await asyncio.Event().wait()
        raise AssertionError

    stopping = asyncio.Event()
    stopping.set()
    await asyncio.wait_for(
        serve_reading_room(config, "127.0.0.1:0", "web.listen", "", stopping, open_library), 30
    )


async def test_an_address_that_is_taken_is_named_before_the_library_is_opened(tmp_path: Path) -> None:
    async def open_library(_: BotConfig, __: Meter) -> LiveLibrary:
        raise AssertionError

    config = BotConfig.model_validate({"base": tmp_path})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match=f"--listen: {listen}: address already in use"):
            await serve_reading_room(config, listen, "--listen", "", asyncio.Event(), open_library)


@pytest.mark.slow
def test_the_command_in_a_process_of_its_own(home: Home) -> None:
    serving = home.start("serve", "--listen", "127.0.0.1:0", stderr=subprocess.PIPE, text=True)
    assert serving.stderr is not None
    with serving.stderr:
        line = serving.stderr.readline()
        assert "the reading room is open address=http://127.0.0.1:" in line
        serving.send_signal(signal.SIGTERM)
        rest = serving.stderr.read()
    assert serving.wait(60) == 0
    assert [text.split(maxsplit=2)[2] for text in rest.splitlines()] == ["stopping signal=SIGTERM", "stopped"]
