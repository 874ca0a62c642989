import asyncio
import os
import signal

import pytest

from bot.live.stopping import run_until_signalled


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_it_finish_and_a_second_one_ends_it(number: signal.Signals) -> None:
    ended: list[int] = []
    finished = False

    async def run(stop: asyncio.Event) -> None:
        nonlocal finished
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 10)
        assert not ended
        os.kill(os.getpid(), number)
        while not ended:
            await asyncio.sleep(0)
        finished = True

    run_until_signalled(run, threads_timeout=0.0, end=ended.append)
    assert finished
    assert ended[0] == 128 + number


def test_what_it_raises_is_raised() -> None:
    async def run(_: asyncio.Event) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run_until_signalled(run)
