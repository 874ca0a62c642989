"""What a stop waits for, what it gives up, and who hears of that."""

import asyncio

import pytest

from bot.discord.questions.in_flight import InFlight, ShutdownError


async def test_nothing_in_flight_is_finished_at_once() -> None:
    assert await InFlight().finish(0.0) == 0


async def test_a_stop_waits_for_a_block_however_deep_it_is_nested() -> None:
    in_flight, release = InFlight(), asyncio.Event()

    async def work() -> None:
        with in_flight.track():
            with in_flight.track():
                pass
            assert len(in_flight) == 1
            await release.wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    finishing = asyncio.create_task(in_flight.finish(60))
    await asyncio.sleep(0)
    assert not finishing.done()
    release.set()
    assert await finishing == 0
    await task


async def test_a_task_can_be_in_flight_until_it_ends() -> None:
    in_flight, release = InFlight(), asyncio.Event()

    async def work() -> None:
        in_flight.track_until_done()
        with in_flight.track():
            pass
        await release.wait()
        raise ZeroDivisionError

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    assert len(in_flight) == 1
    release.set()
    assert await in_flight.finish(60) == 0
    with pytest.raises(ZeroDivisionError):
        await task


async def test_what_is_given_up_has_time_to_say_so() -> None:
    in_flight = InFlight()

    async def work() -> str:
        with in_flight.track():
            try:
                await in_flight.wait_for(asyncio.sleep(600))
            except ShutdownError:
                await asyncio.sleep(0)
                return "told"
        raise AssertionError

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    assert await in_flight.finish(0.2) == 1
    assert await task == "told"
    assert task.cancelling() == 0


async def test_what_waits_for_something_else_is_cancelled_in_the_end() -> None:
    in_flight = InFlight()

    async def work() -> None:
        with in_flight.track():
            await asyncio.sleep(600)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    assert await in_flight.finish(0.1) == 1
    assert task.cancelled()


async def test_a_cancellation_by_anybody_else_stays_one() -> None:
    in_flight = InFlight()
    task = asyncio.create_task(in_flight.wait_for(asyncio.sleep(600)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
