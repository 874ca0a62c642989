"""The desk: every question gets its own answer, once, or is told when to come again."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from bot.discord.library.live_library import LiveLibrary
from bot.discord.library.question_queue import LONGEST_WAIT, Busy, Given, Late, QuestionQueue
from bot.discord.telemetry.meter import Meter
from index.errors import EmptyQuestionError, FootnoteError, UnknownArticleError
from index.library import Library
from index.records import Answer, Question


class Slow:
    """Stands for a library that takes a set time for each question, and answers by repeating it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()

    def ask_many(self, questions: Sequence[Question]) -> list[Answer | FootnoteError]:
        self.batches.append([question.question for question in questions])
        self.threads.add(threading.get_ident())
        assert self.gate.wait(10)
        time.sleep(self.seconds * len(questions))
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer | FootnoteError:
        if not question.question:
            return EmptyQuestionError("empty")
        if question.question == "break":
            raise ZeroDivisionError("broken")
        return Answer(question.question, False, 0.0, None, (), 1.0)


class OneBook:
    """Stands for a shelf."""

    def __init__(self, library: Any) -> None:
        self.library = library


def desk_of(library: Any, **settings: Any) -> QuestionQueue:
    settings = {"queue": 100, "batch": 4, "deadline": 10.0, "meter": Meter(), **settings}
    return QuestionQueue(cast(LiveLibrary, OneBook(library)), **settings)


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    return registry.get_sample_value(name, labels) or 0.0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def test_each_has_the_answer_to_its_own_question_in_order_and_in_batches() -> None:
    library, meter = Slow(), Meter()
    question_queue = desk_of(library, meter=meter)
    asked = [f"question {number}" for number in range(10)]
    answers = await asyncio.gather(*map(question_queue.ask, asked))
    assert [given.answer.question for given in answers] == asked
    assert [question for batch in library.batches for question in batch] == asked
    assert list(map(len, library.batches)) == [4, 4, 2]
    assert len(library.threads) == 1
    assert threading.get_ident() not in library.threads
    assert value(meter.registry, "footnote_batch_questions_sum") == 10
    assert value(meter.registry, "footnote_stage_seconds_count", stage="wait") == 10
    assert value(meter.registry, "footnote_stage_seconds_count", stage="compute") == 3
    assert value(meter.registry, "footnote_queue") == 0
    await question_queue.close(1)


async def test_what_a_real_library_answers_and_refuses_reaches_the_right_askers(library: Library) -> None:
    question_queue = desk_of(library)
    bridge = "How long is the red bridge?"
    answers = await asyncio.gather(
        question_queue.ask(bridge),
        question_queue.ask("\u200b"),
        question_queue.ask(bridge, article="nowhere"),
        question_queue.ask(bridge, article="bridges/green", top_k=1),
        return_exceptions=True,
    )
    first, empty, unknown, narrowed = answers
    assert isinstance(first, Given)
    assert isinstance(narrowed, Given)
    assert first.library is library
    assert replace(first.answer, elapsed_ms=0.0) == replace(library.ask(bridge), elapsed_ms=0.0)
    assert isinstance(empty, EmptyQuestionError)
    assert isinstance(unknown, UnknownArticleError)
    assert [citation.article.id for citation in narrowed.answer.citations] == ["bridges/green"]
    with pytest.raises(ValueError, match="top_k"):
        await question_queue.ask(bridge, top_k=0)
    await question_queue.close(1)


async def test_too_many_are_told_to_come_again_and_the_others_are_answered() -> None:
    library = Slow()
    library.gate.clear()
    question_queue = desk_of(library, queue=3, batch=2)
    first = asyncio.create_task(question_queue.ask("first"))
    await until(lambda: library.batches)  # taken out of the queue, which is empty again
    waiting = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as busy:
        await question_queue.ask("one too many")
    assert 1 <= busy.value.retry_after <= LONGEST_WAIT
    library.gate.set()
    assert [given.answer.question for given in await asyncio.gather(first, *waiting)] == [
        "first",
        "0",
        "1",
        "2",
    ]
    assert (await question_queue.ask("now")).answer.question == "now"
    await question_queue.close(1)


async def test_the_deadline_covers_waiting_and_computing() -> None:
    library = Slow()
    library.gate.clear()
    question_queue = desk_of(library, batch=1, deadline=0.1)
    started = time.monotonic()
    late = await asyncio.gather(
        question_queue.ask("computed"), question_queue.ask("waiting"), return_exceptions=True
    )
    assert [type(error) for error in late] == [Late, Late]
    assert 0.1 <= time.monotonic() - started < 5
    library.gate.set()
    assert (await question_queue.ask("again")).answer.question == "again"
    assert library.batches == [["computed"], ["again"]]  # who has gone is not computed for
    await question_queue.close(1)


async def test_who_is_cancelled_takes_nobody_s_answer_with_it() -> None:
    library = Slow()
    library.gate.clear()
    question_queue = desk_of(library, batch=3)
    computing = [asyncio.create_task(question_queue.ask(f"computing {number}")) for number in range(3)]
    await until(lambda: library.batches)
    waiting = [asyncio.create_task(question_queue.ask(f"waiting {number}")) for number in range(3)]
    await asyncio.sleep(0)
    computing[1].cancel()
    waiting[0].cancel()
    library.gate.set()
    answers = await asyncio.gather(*computing, *waiting, return_exceptions=True)
    told = [given.answer.question for given in answers if isinstance(given, Given)]
    assert told == ["computing 0", "computing 2", "waiting 1", "waiting 2"]
    assert [type(answers[1]), type(answers[3])] == [asyncio.CancelledError] * 2
    assert library.batches[1] == ["waiting 1", "waiting 2"]
    await question_queue.close(1)


async def test_a_question_that_breaks_the_batch_breaks_alone() -> None:
    question_queue = desk_of(Slow(), batch=8)
    asked = ["one", "break", "", "two"]
    one, broken, empty, two = await asyncio.gather(*map(question_queue.ask, asked), return_exceptions=True)
    assert isinstance(broken, ZeroDivisionError)
    assert isinstance(empty, EmptyQuestionError)
    assert [cast(Given, one).answer.question, cast(Given, two).answer.question] == ["one", "two"]
    assert (await question_queue.ask("and on")).answer.question == "and on"
    await question_queue.close(1)


async def test_the_wait_that_is_told_is_the_measured_one() -> None:
    library = Slow(seconds=0.05)
    question_queue = desk_of(library, batch=4)
    assert question_queue.retry_after() == 1
    for _ in range(4):
        await asyncio.gather(*(question_queue.ask("x") for _ in range(4)))
    library.gate.clear()
    tasks = [asyncio.create_task(question_queue.ask("x")) for _ in range(80)]
    await until(lambda: len(library.batches) == 5)
    assert 4 <= question_queue.retry_after() <= 8  # 80 of them, 0.05 s each, and a busy machine
    library.gate.set()
    library.seconds = 0
    await asyncio.gather(*tasks)
    await question_queue.close(1)


async def test_a_batch_that_hangs_makes_the_wait_longer() -> None:
    library = Slow()
    library.gate.clear()
    question_queue = desk_of(library, batch=1)
    tasks = [asyncio.create_task(question_queue.ask("x")) for _ in range(21)]
    await until(lambda: library.batches)
    await asyncio.sleep(0.3)
    assert question_queue.retry_after() >= 6
    library.gate.set()
    await asyncio.gather(*tasks)
    await question_queue.close(1)


async def test_closing_answers_those_who_are_there_and_nobody_else() -> None:
    library = Slow(seconds=0.01)
    question_queue = desk_of(library, batch=2)
    tasks = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(7)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(question_queue.close(10))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await question_queue.ask("afterwards")
    await closing
    assert [given.answer.question for given in await asyncio.gather(*tasks)] == list("0123456")
    assert (
        await question_queue.run(lambda: "their answers can still be drawn")
        == "their answers can still be drawn"
    )
    with pytest.raises(Busy):
        await question_queue.ask("afterwards")
    await question_queue.close(0)


async def test_closing_gives_up_what_takes_too_long() -> None:
    library = Slow()
    library.gate.clear()
    question_queue = desk_of(library, batch=1)
    tasks = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(3)]
    await until(lambda: library.batches)
    started = time.monotonic()
    await question_queue.close(0.05)
    assert time.monotonic() - started < 5
    assert [type(error) for error in await asyncio.gather(*tasks, return_exceptions=True)] == [Busy] * 3
    library.gate.set()
    await until(lambda: question_queue._work is None)
    assert library.batches == [["0"]]


async def test_each_batch_has_one_library_and_the_next_one_the_new() -> None:
    old, new = Slow(), Slow()
    live_library = OneBook(old)
    question_queue = QuestionQueue(
        cast(LiveLibrary, live_library), queue=9, batch=2, deadline=10, meter=Meter()
    )
    old.gate.clear()
    tasks = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(4)]
    await until(lambda: old.batches)
    live_library.library = new
    old.gate.set()
    given = await asyncio.gather(*tasks)
    assert [one.answer.question for one in given] == list("0123")
    assert [one.library for one in given] == [old, old, new, new]
    assert (old.batches, new.batches) == ([["0", "1"]], [["2", "3"]])
    await question_queue.close(1)


async def test_other_work_does_not_wait_for_answers() -> None:
    library = Slow()
    library.gate.clear()
    question_queue = desk_of(library)
    asking = asyncio.create_task(question_queue.ask("slow"))
    await until(lambda: library.batches)
    assert await question_queue.run(divmod, 7, 2) == (3, 1)
    assert await question_queue.run(sorted, [2, 1], reverse=True) == [2, 1]
    assert await question_queue.run(threading.get_ident) != threading.get_ident()
    with pytest.raises(KeyError):
        await question_queue.run({}.__getitem__, "x")
    library.gate.set()
    await asking
    await question_queue.close(1)


async def test_other_work_has_the_deadline_and_the_bound_too() -> None:
    gate = threading.Event()
    question_queue = desk_of(Slow(), queue=2, deadline=0.1)
    tasks = [asyncio.create_task(question_queue.run(gate.wait, 10)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await question_queue.run(len, "x")
    assert [type(error) for error in await asyncio.gather(*tasks, return_exceptions=True)] == [Late, Late]
    gate.set()
    assert await question_queue.run(len, "x") == 1
    with pytest.raises(TimeoutError):  # the work's own
        await question_queue.run(_times_out)
    await question_queue.close(1)


def _times_out() -> None:
    raise TimeoutError("a file system's")


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_is_lost_or_doubled_whatever_comes_and_goes(seed: int) -> None:
    draw, library = random.Random(seed), Slow(seconds=0.0005)
    question_queue = desk_of(library, queue=40, batch=7, deadline=0.5)
    ended: dict[str, str] = {}

    async def one(number: int) -> None:
        question = draw.choice((f"question {number}",) * 8 + ("", "break"))
        await asyncio.sleep(draw.random() * 0.3)
        try:
            given = await question_queue.ask(question)
        except (Busy, Late, FootnoteError, ZeroDivisionError) as error:
            ended[f"{number}"] = type(error).__name__
        else:
            assert given.answer.question == question
            ended[f"{number}"] = "answered"

    tasks = [asyncio.create_task(one(number)) for number in range(300)]
    for task in draw.sample(tasks, 60):
        asyncio.get_running_loop().call_later(draw.random() * 0.3, task.cancel)
    done = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = sum(isinstance(error, asyncio.CancelledError) for error in done)
    assert all(error is None or isinstance(error, asyncio.CancelledError) for error in done)
    assert len(ended) + cancelled == 300
    assert list(ended.values()).count("answered") > 30
    asked = [question for batch in library.batches for question in batch if question.startswith("question")]
    assert all(asked.count(question) <= 2 for question in asked)  # twice where "break" was in the batch
    await question_queue.close(5)
    assert not question_queue._waiting
    assert not question_queue._computing
    assert question_queue._work is None
