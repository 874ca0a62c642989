"""Memory of a bot whose servers have libraries of their own, by the number of servers that are busy.

usage: python -m tests.benchmarks.bench_servers [--servers N] [--sentences N]
One common library and a library for each server, all of that many made sentences (`bench_question`). Each
server is asked once, as the bot asks it; then nobody asks, until all are closed again. Resident memory counts
the pages of mapped files, too, which the system takes back when it needs them.
"""

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.config import BotConfig
from bot.discord.library.server_libraries import IDLE, ServerLibraries
from bot.feedback.store import Feedback
from bot.live.live_library import LiveLibrary
from bot.server_folders import make_server_folder
from index.building.staleness import compare, remember_times
from index.storage.generations import writers_lock
from index.storage.linked_models import link_models
from tests.benchmarks.bench_question import QUESTIONS, make_library
from tests.benchmarks.measure import read_anew


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--servers", type=int, default=100)
    parser.add_argument("--sentences", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        path = make_library(Path(base), options.sentences)
        path.write_text(path.read_text("utf-8") + '[discord]\nlibraries = "per-server"\n', "utf-8")
        config = BotConfig.read(path)
        for server in range(1, options.servers + 1):
            _copy(config, config.of_server(server))
        child = subprocess.run(
            [*(sys.executable, "-m", "tests.benchmarks.bench_servers"), "--measure", str(path)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        print(child.stdout, end="")


def _copy(config: BotConfig, server: BotConfig) -> None:
    """Give a server the articles and the index of the common library: copies, but for the models."""
    make_server_folder(server)
    shutil.copytree(config.corpus_directory, server.corpus_directory)
    with writers_lock(server.index_directory, 0):
        link_models(config.index_directory, server.index_directory)
        for name in ("generations", "current"):
            source, target = config.index_directory / name, server.index_directory / name
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    remember_times(server, compare(server))


def measure(path: Path) -> None:
    """Open and ask the libraries of all servers, in a process of its own."""
    asyncio.run(_measure(BotConfig.read(path)))


async def _measure(config: BotConfig) -> None:
    read_anew()
    clock = [0.0]
    common = await LiveLibrary.open(config, None)
    servers = sorted(int(folder.name) for folder in config.servers_directory.iterdir())
    libraries = ServerLibraries(
        config, common, Feedback(config.bot_directory), clock=lambda: clock[0], most_open=len(servers)
    )
    for question in QUESTIONS:
        common.library.ask(question)
    before, (private, files) = _resident(), _private_and_files()
    started = time.perf_counter()
    for number, server in enumerate(servers):
        (await libraries.library_of(server)).ask(QUESTIONS[number % len(QUESTIONS)])
    seconds = time.perf_counter() - started
    opened, (opened_private, opened_files) = _resident(), _private_and_files()
    assert len(libraries.open_servers) == len(servers)
    clock[0] += 2 * IDLE
    libraries.close_idle()
    await asyncio.sleep(0)
    per_100 = 100 / len(servers)
    print(
        f"common library alone: {before:.0f} MB; {len(servers)} servers asked: {opened:.0f} MB, of "
        f"{len(common.library.titles)} articles each; closed again: {_resident():.0f} MB\n"
        f"per 100 servers: {(opened - before) * per_100:.0f} MB resident, of which "
        f"{(opened_private - private) * per_100:.0f} MB are not pages of files; "
        f"{(opened_files - files) * per_100:.0f} open files; "
        f"{1000 * seconds / len(servers):.0f} ms to open and ask one"
    )


def _resident() -> float:
    return _status("VmRSS")


def _private_and_files() -> tuple[float, int]:
    return _status("RssAnon"), sum(1 for _ in Path("/proc/self/fd").iterdir())


def _status(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main()
