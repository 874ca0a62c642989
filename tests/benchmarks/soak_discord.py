"""Thousands of questions to a bot in its own process, among random faults: memory, stuck work, losses.

usage: python -m tests.benchmarks.soak_discord [--questions N] [--warm-up N] [--seed N]
Faults: 5xx, 429, delays, cut connections before and after a request was done, dropped, closed and resumed
gateway sockets, events delivered twice, expired tokens, questions deleted meanwhile.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.bench_question import make_library
from tests.benchmarks.discord_process import QUESTIONS, BotProcess, running
from tests.fake_discord import FakeDiscord
from tests.support.fault_storm import EXPECTED, FaultStorm

AT_ONCE = 60
STEPS = 10
FLAT = 1.05


async def soak(questions: int, warm_up: int, seed: int) -> bool:
    """Return whether all held."""
    with tempfile.TemporaryDirectory() as base:
        config = make_library(Path(base), 0)
        async with FakeDiscord() as discord:
            discord.expect(*EXPECTED, strict=False)
            async with running(discord, config, queue=1000, deadline=240) as bot:
                trouble = FaultStorm(discord, QUESTIONS, seed)
                trouble.script_faults()
                started = time.perf_counter()
                await trouble.ask(warm_up, at_once=AT_ONCE)
                marks = [await mark(bot, warm_up, started)]
                for step in range(STEPS):
                    count = (questions - warm_up) * (step + 1) // STEPS - (
                        questions - warm_up
                    ) * step // STEPS
                    await trouble.ask(count, at_once=AT_ONCE)
                    await asyncio.sleep(1)
                    trouble.count()
                    forget(discord)
                    marks.append(await mark(bot, sum(trouble.outcomes.values()), started))
                trouble.end_faults()
                stopped = time.perf_counter()
                code = await bot.stop()
                print(f"exit code {code} {time.perf_counter() - stopped:.1f} s after SIGTERM")
            return report(trouble, bot, marks, discord) and code == 0


async def mark(bot: BotProcess, asked: int, started: float) -> int:
    """Print how the bot is; return its resident memory in kB."""
    await asyncio.sleep(1)
    memory = bot.status("VmRSS")
    seconds = time.perf_counter() - started
    print(
        f"{asked} questions, {seconds:.0f} s: {memory / 1024:.1f} MB, {bot.status('Threads')} threads, "
        f"{bot.files()} open files",
        flush=True,
    )
    return memory


def forget(discord: FakeDiscord) -> None:
    """Let the server forget what is over."""
    discord.requests.clear()
    discord.interactions.clear()


def report(trouble: FaultStorm, bot: BotProcess, marks: list[int], discord: FakeDiscord) -> bool:
    """Print what came of it all; return whether all held."""
    ratio = max(marks[1:]) / marks[0]
    given_up = [event for event in bot.events if "given up" in str(event)]
    print(f"outcomes: {dict(trouble.outcomes)}")
    print(f"gateway: {len(discord.gateway.identified)} identified, {discord.gateway.resumed} resumed")
    print(f"memory: {ratio:.3f} x that after the warm-up at most")
    print(f"lost {len(trouble.lost)}, answered twice {len(trouble.doubled)}, given up {len(given_up)}")
    kinds = Counter(str(event["event"])[:80] for event in bot.events)
    print(f"warnings and errors of the log: {dict(kinds.most_common(8))}")
    print(f"errors that nobody took care of: {len(bot.strange)}")
    for line in [*trouble.lost[:5], *trouble.doubled[:5], *bot.strange[:20]]:
        print(f"  {line[:300]}")
    return ratio <= FLAT and not (trouble.lost or trouble.doubled or bot.strange or given_up)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--warm-up", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(options.questions, options.warm_up, options.seed)) else 1)


if __name__ == "__main__":
    main()
