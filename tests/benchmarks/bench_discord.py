"""Questions through Discord against the same questions through `Library.ask_many`, in one run.

usage: python -m tests.benchmarks.bench_discord [--questions N] [--sentences N] [--at-once N] [--runs N]
The bot is a process of its own, spoken to over sockets by the fake Discord of the tests, which shares the
machine with it: what the server costs counts as the bot's.
"""

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from pathlib import Path

from index.config import Config
from index.library import Library
from index.records import Question
from tests.benchmarks.bench_question import make_library
from tests.benchmarks.bench_throughput import different_questions
from tests.benchmarks.discord_process import BotProcess, running
from tests.fake_discord import FakeDiscord, Interaction

BATCH = 16  # as the bot has it by default


def plain(library: Library, asked: list[str]) -> float:
    """Return the seconds that the questions take without Discord, as many together as the bot takes."""
    started = time.perf_counter()
    for first in range(0, len(asked), BATCH):
        library.ask_many([Question(question) for question in asked[first : first + BATCH]])
    return time.perf_counter() - started


async def through_discord(
    discord: FakeDiscord, asked: list[str], at_once: int
) -> tuple[float, list[Interaction]]:
    """Return the seconds until all are answered, `at_once` of them under way at any time."""
    world = discord.world
    channels = [guild.channels[0] for guild in world.guilds.values()]
    places = asyncio.Semaphore(at_once)

    async def one(number: int, question: str) -> Interaction:
        async with places:
            channel = channels[number % len(channels)]
            interaction = await discord.slash(world.user, channel, "ask", question=question)
            return await interaction.done(600)

    started = time.perf_counter()
    done = await asyncio.gather(*itertools.starmap(one, enumerate(asked)))
    return time.perf_counter() - started, done


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of all are not above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measure(options: argparse.Namespace) -> None:
    """Measure both in turn and print the ratio of the medians."""
    seeds = itertools.count()

    def different() -> list[str]:
        return different_questions(options.questions, next(seeds))

    with tempfile.TemporaryDirectory() as base:
        config = make_library(Path(base), options.sentences)
        library = Library.open(Config.read(config))
        plain(library, different()[:BATCH])
        async with FakeDiscord() as discord:
            for number in range(19):
                discord.world.add_guild(f"server {number}")
            async with running(discord, config, queue=10_000, deadline=240, batch=BATCH) as bot:
                await through_discord(discord, different()[:BATCH], options.at_once)
                times: list[tuple[float, float]] = []
                interactions: list[Interaction] = []
                for _ in range(options.runs):
                    asked = different()
                    bare = await asyncio.to_thread(plain, library, asked)
                    seconds, done = await through_discord(discord, asked, options.at_once)
                    interactions += done
                    times.append((bare, seconds))
                await report(times, interactions, bot, options.questions)
                await single(discord, different()[:20])


async def single(discord: FakeDiscord, asked: list[str]) -> None:
    """Print how long a person waits who asks alone."""
    _, done = await through_discord(discord, asked, 1)
    waits = [interaction.answered_after or 0 for interaction in done]
    half, most = percentile(waits, 0.5), percentile(waits, 0.95)
    print(f"one at a time: p50 {half * 1000:.0f} ms, p95 {most * 1000:.0f} ms")


async def report(
    times: list[tuple[float, float]], interactions: list[Interaction], bot: BotProcess, count: int
) -> None:
    """Print what was measured."""
    bare = statistics.median(first for first, _ in times)
    seconds = statistics.median(second for _, second in times)
    acknowledged = [interaction.acknowledged_after or 0 for interaction in interactions]
    waits = [interaction.answered_after or 0 for interaction in interactions]
    answered = sum(bool(i.message and i.message.buttons) for i in interactions)
    print(f"{answered} of {len(interactions)} answered; bot {bot.status('VmRSS') / 1024:.0f} MB")
    print(f"acknowledged: p50 {percentile(acknowledged, 0.5):.3f} s, slowest {max(acknowledged):.3f} s")
    print(f"answered: p50 {percentile(waits, 0.5):.2f} s, p95 {percentile(waits, 0.95):.2f} s")
    print(f"through Discord {count / seconds:.1f} a second, ask_many {count / bare:.1f} a second")
    print(f"{seconds / bare:.2f} times as long")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
