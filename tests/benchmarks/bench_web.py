"""Questions through the reading room against the same questions through `Library.ask_many`, in one run.

usage: python -m tests.benchmarks.bench_web [--questions N] [--sentences N] [--connections N] [--runs N]
The site is in this process, and so is what asks it: what the client costs counts as the site's. All questions
differ, so that none is answered from what was read for another.
"""

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from bot.config import BotConfig
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import QuestionQueue
from bot.telemetry.meter import Meter
from bot.web.services import WebServices
from bot.web.site import reading_room
from index.library import Library
from tests.benchmarks.bench_discord import BATCH, percentile, plain
from tests.benchmarks.bench_question import make_library
from tests.benchmarks.bench_throughput import different_questions


async def through_site(
    address: str, path: str, asked: list[str], connections: int
) -> tuple[float, list[float]]:
    """Return the seconds until all are answered over so many connections, and each one's wait."""
    waits = []
    rest = iter(asked)

    async def ask_on(session: aiohttp.ClientSession) -> None:
        for question in rest:
            started = time.perf_counter()
            async with session.get(f"http://{address}{path}", params={"q": question}) as response:
                assert response.status == 200, response.status
                await response.read()
            waits.append(time.perf_counter() - started)

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        started = time.perf_counter()
        await asyncio.gather(*(ask_on(session) for _ in range(connections)))
        return time.perf_counter() - started, waits


async def measure(options: argparse.Namespace) -> None:
    """Measure `ask_many`, the API and the pages in turn, and print the ratios of the medians."""
    seeds = itertools.count()

    def different() -> list[str]:
        return different_questions(options.questions, next(seeds))

    with tempfile.TemporaryDirectory() as base:
        config = BotConfig.read(make_library(Path(base), options.sentences))
        web = config.web.model_copy(update={"questions_per_minute": 0, "all_questions_per_minute": 0})
        discord = config.discord.model_copy(update={"queue": 10_000, "deadline": 240})
        config = config.model_copy(update={"web": web, "discord": discord})
        library, meter = Library.open(config), Meter()
        plain(library, different()[:BATCH])
        live_library = LiveLibrary(config, library, meter)
        queue = QuestionQueue.from_settings(config.discord, live_library, meter)
        services = WebServices.create(config, live_library, queue, meter)
        async with reading_room(services, "127.0.0.1:0") as address:
            bare: list[float] = []
            times: dict[str, list[float]] = {"/api/ask": [], "/": []}
            waits: dict[str, list[float]] = {path: [] for path in times}
            for _ in range(options.runs):
                bare.append(await asyncio.to_thread(plain, library, different()))
                for path, found in times.items():
                    seconds, each = await through_site(address, path, different(), options.connections)
                    found.append(seconds)
                    waits[path] += each
            alone, first = await through_site(address, "/", different()[:20], 1)
            empty = [await empty_page(address) for _ in range(20)]
        await queue.close(0.0)
    many = statistics.median(bare)
    print(f"ask_many: {options.questions / many:.1f} a second")
    for path, found in times.items():
        seconds = statistics.median(found)
        half, most = percentile(waits[path], 0.5), percentile(waits[path], 0.95)
        print(
            f"{path}, {options.connections} connections: {options.questions / seconds:.1f} a second, "
            f"{seconds / many:.2f} times as long; p50 {half:.2f} s, p95 {most:.2f} s"
        )
    mean, most = alone / 20 * 1000, percentile(first, 0.95) * 1000
    print(f"/ with an answer, one at a time: {mean:.0f} ms, p95 {most:.0f} ms")
    print(f"/ without a question: {statistics.median(empty) * 1000:.1f} ms")


async def empty_page(address: str) -> float:
    """Return the seconds that the first page takes on a connection of its own."""
    async with aiohttp.ClientSession() as session:
        started = time.perf_counter()
        async with session.get(f"http://{address}/") as response:
            await response.read()
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=192)
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--runs", type=int, default=3)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
