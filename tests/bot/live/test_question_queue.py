"""The queue: every question gets its own answer, once, or is told when to come again."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from bot.config import DiscordSection
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import (
    LONGEST_RETRY_AFTER,
    DeadlineError,
    LibraryAnswer,
    QuestionQueue,
    QueueFullError,
)
from bot.telemetry.meter import Meter
from index.errors import EmptyQuestionError, FootnoteError, UnknownArticleError
from index.library import Library
from tests.support.slow_library import SlowLibrary


class OneLibrary:
    """Stands for a live library."""

    def __init__(self, library: Any) -> None:
        self.library = library


def queue_over(library: Any, **settings: Any) -> QuestionQueue:
    settings = {"queue": 100, "batch": 4, "deadline": 60.0, "meter": Meter(), **settings}
    return QuestionQueue(cast(LiveLibrary, OneLibrary(library)), **settings)


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    return registry.get_sample_value(name, labels) or 0.0


def is_answering() -> bool:
    return any(task.get_name() == "answer questions" for task in asyncio.all_tasks())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.001)


async def test_each_has_the_answer_to_its_own_question_in_order_and_in_batches() -> None:
    library, meter = SlowLibrary(), Meter()
    question_queue = queue_over(library, meter=meter)
    questions = [f"question {number}" for number in range(10)]
    answers = await asyncio.gather(*map(question_queue.ask, questions))
    assert [given.answer.question for given in answers] == questions
    assert [question for batch in library.batches for question in batch] == questions
    assert list(map(len, library.batches)) == [4, 4, 2]
    assert len(library.threads) == 1
    assert threading.get_ident() not in library.threads
    assert value(meter.registry, "footnote_batch_questions_sum") == 10
    assert value(meter.registry, "footnote_stage_seconds_count", stage="wait") == 10
    await until(lambda: not is_answering())
    assert value(meter.registry, "footnote_stage_seconds_count", stage="compute") == 3
    assert value(meter.registry, "footnote_queue") == 0
    await question_queue.close(1)


async def test_what_a_real_library_answers_and_refuses_reaches_the_right_askers(library: Library) -> None:
    question_queue = queue_over(library)
    bridge = "How long is the red bridge?"
    answers = await asyncio.gather(
        question_queue.ask(bridge),
        question_queue.ask("\u200b"),
        question_queue.ask(bridge, article="nowhere"),
        question_queue.ask(bridge, article="bridges/green", top_k=1),
        return_exceptions=True,
    )
    first, empty, unknown, narrowed = answers
    assert isinstance(first, LibraryAnswer)
    assert isinstance(narrowed, LibraryAnswer)
    assert first.library is library
    assert replace(first.answer, elapsed_ms=0.0) == replace(library.ask(bridge), elapsed_ms=0.0)
    assert isinstance(empty, EmptyQuestionError)
    assert isinstance(unknown, UnknownArticleError)
    assert [citation.article.id for citation in narrowed.answer.citations] == ["bridges/green"]
    with pytest.raises(ValueError, match="top_k"):
        await question_queue.ask(bridge, top_k=0)
    await question_queue.close(1)


async def test_too_many_are_told_to_come_again_and_the_others_are_answered() -> None:
    library = SlowLibrary()
    library.gate.clear()
    question_queue = queue_over(library, queue=3, batch=2)
    first = asyncio.create_task(question_queue.ask("first"))
    await until(lambda: library.batches)  # taken out of the queue, which is empty again
    waiting = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFullError) as busy:
        await question_queue.ask("one too many")
    assert 1 <= busy.value.retry_after <= LONGEST_RETRY_AFTER
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
    library = SlowLibrary()
    library.gate.clear()
    question_queue = queue_over(library, batch=1, deadline=0.1)
    started = time.monotonic()
    errors = await asyncio.gather(
        question_queue.ask("computed"), question_queue.ask("waiting"), return_exceptions=True
    )
    assert [type(error) for error in errors] == [DeadlineError, DeadlineError]
    assert time.monotonic() - started >= 0.1
    library.gate.set()
    await until(lambda: not is_answering())
    assert library.batches == [["computed"]]  # nobody waits for the other one any more
    await question_queue.close(1)


async def test_a_cancelled_question_takes_no_other_answer_with_it() -> None:
    library = SlowLibrary()
    library.gate.clear()
    question_queue = queue_over(library, batch=3)
    computing = [asyncio.create_task(question_queue.ask(f"computing {number}")) for number in range(3)]
    await until(lambda: library.batches)
    waiting = [asyncio.create_task(question_queue.ask(f"waiting {number}")) for number in range(3)]
    await asyncio.sleep(0)
    computing[1].cancel()
    waiting[0].cancel()
    library.gate.set()
    answers = await asyncio.gather(*computing, *waiting, return_exceptions=True)
    answered = [given.answer.question for given in answers if isinstance(given, LibraryAnswer)]
    assert answered == ["computing 0", "computing 2", "waiting 1", "waiting 2"]
    assert [type(answers[1]), type(answers[3])] == [asyncio.CancelledError] * 2
    assert library.batches[1] == ["waiting 1", "waiting 2"]
    await question_queue.close(1)


async def test_a_question_that_breaks_the_batch_breaks_alone() -> None:
    question_queue = queue_over(SlowLibrary(), batch=8)
    asked = ["one", "break", "", "two"]
    one, broken, empty, two = await asyncio.gather(*map(question_queue.ask, asked), return_exceptions=True)
    assert isinstance(broken, ZeroDivisionError)
    assert isinstance(empty, EmptyQuestionError)
    assert [cast(LibraryAnswer, one).answer.question, cast(LibraryAnswer, two).answer.question] == [
        "one",
        "two",
    ]
    assert (await question_queue.ask("and on")).answer.question == "and on"
    await question_queue.close(1)


async def test_who_has_an_answer_waits_for_nobody() -> None:
    library = SlowLibrary(at_once=1)
    library.gate.clear()
    question_queue = queue_over(library, batch=4)
    first, *rest = (asyncio.create_task(question_queue.ask(f"{number}")) for number in range(3))
    assert (await first).answer.question == "0"
    assert not any(task.done() for task in rest)
    assert not question_queue.is_idle
    library.gate.set()
    assert [given.answer.question for given in await asyncio.gather(*rest)] == ["1", "2"]
    assert question_queue.is_idle  # at once: nothing is answered any more
    await question_queue.close(1)


async def test_the_wait_that_is_told_is_the_measured_one() -> None:
    library = SlowLibrary()
    library.seconds = 0.05
    question_queue = queue_over(library, batch=4, clock=library.clock)
    assert question_queue.retry_after() == 1
    for _ in range(20):
        await asyncio.gather(*(question_queue.ask("x") for _ in range(4)))
    library.gate.clear()
    tasks = [asyncio.create_task(question_queue.ask("x")) for _ in range(84)]
    await until(lambda: len(library.batches) == 21)
    assert question_queue.retry_after() == 5  # 84 of them, 0.05 s each
    library.gate.set()
    await asyncio.gather(*tasks)
    await question_queue.close(1)


async def test_a_batch_that_hangs_makes_the_wait_longer() -> None:
    library = SlowLibrary()
    library.gate.clear()
    question_queue = queue_over(library, batch=1, clock=library.clock)
    tasks = [asyncio.create_task(question_queue.ask("x")) for _ in range(21)]
    await until(lambda: library.batches)
    library.now += 0.3
    assert question_queue.retry_after() == 7  # 21 of them, 0.3 s each
    library.gate.set()
    await asyncio.gather(*tasks)
    await question_queue.close(1)


async def test_closing_answers_those_who_are_there_and_nobody_else() -> None:
    question_queue = queue_over(SlowLibrary(), batch=2)
    tasks = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(7)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(question_queue.close(60))
    await asyncio.sleep(0)
    with pytest.raises(QueueFullError):
        await question_queue.ask("afterwards")
    await closing
    assert [given.answer.question for given in await asyncio.gather(*tasks)] == list("0123456")
    assert (
        await question_queue.run(lambda: "their answers can still be drawn")
        == "their answers can still be drawn"
    )
    with pytest.raises(QueueFullError):
        await question_queue.ask("afterwards")
    await question_queue.close(0)


async def test_closing_gives_up_what_takes_too_long() -> None:
    library = SlowLibrary()
    library.gate.clear()
    question_queue = queue_over(library, batch=1)
    tasks = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(3)]
    await until(lambda: library.batches)
    await question_queue.close(0.05)
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [QueueFullError] * 3
    library.gate.set()
    await until(lambda: not is_answering())
    assert library.batches == [["0"]]


async def test_each_batch_has_one_library_and_the_next_one_the_new() -> None:
    old, new = SlowLibrary(), SlowLibrary()
    live_library = OneLibrary(old)
    question_queue = QuestionQueue(
        cast(LiveLibrary, live_library), queue=9, batch=2, deadline=60, meter=Meter()
    )
    old.gate.clear()
    tasks = [asyncio.create_task(question_queue.ask(f"{number}")) for number in range(4)]
    await until(lambda: old.batches)
    live_library.library = new
    old.gate.set()
    answers = await asyncio.gather(*tasks)
    assert [given.answer.question for given in answers] == list("0123")
    assert [given.library for given in answers] == [old, old, new, new]
    assert (old.batches, new.batches) == ([["0", "1"]], [["2", "3"]])
    await question_queue.close(1)


async def test_questions_that_wait_together_are_each_asked_in_their_own_library() -> None:
    live, first, second = SlowLibrary(), SlowLibrary(), SlowLibrary()
    question_queue = queue_over(live, batch=9)
    libraries = [None, first, second, first, None, second, second]
    asked = [(f"{number}", cast("Library | None", library)) for number, library in enumerate(libraries)]
    asked[3] = ("", asked[3][1])  # an error takes the place of its own answer
    asking = [question_queue.ask(question, library=library) for question, library in asked]
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers.pop(3), EmptyQuestionError)
    given = [answer for answer in answers if isinstance(answer, LibraryAnswer)]
    assert [each.answer.question for each in given] == list("012456")
    assert [each.library for each in given] == [live, first, second, live, second, second]
    assert (live.batches, first.batches, second.batches) == ([["0", "4"]], [["1", ""]], [["2", "5", "6"]])
    await question_queue.close(1)


async def test_other_work_does_not_wait_for_answers() -> None:
    library = SlowLibrary()
    library.gate.clear()
    question_queue = queue_over(library)
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


async def test_other_work_has_the_deadline_too() -> None:
    gate = threading.Event()
    question_queue = queue_over(SlowLibrary(), deadline=0.1)
    with pytest.raises(DeadlineError):
        await question_queue.run(gate.wait, 60)
    gate.set()
    await question_queue.close(1)


async def test_other_work_has_a_bound_too() -> None:
    gate = threading.Event()
    question_queue = queue_over(SlowLibrary(), queue=2)
    tasks = [asyncio.create_task(question_queue.run(gate.wait, 60)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFullError):
        await question_queue.run(len, "x")
    gate.set()
    assert await asyncio.gather(*tasks) == [True, True]
    assert await question_queue.run(len, "x") == 1
    await question_queue.close(1)


async def test_a_time_out_of_the_work_itself_is_no_deadline() -> None:
    question_queue = queue_over(SlowLibrary())
    with pytest.raises(TimeoutError):
        await question_queue.run(_times_out)
    await question_queue.close(1)


def _times_out() -> None:
    raise TimeoutError("a file system's")


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_is_lost_or_doubled_whatever_comes_and_goes(seed: int) -> None:
    """People come, give up and go at random between the batches; all but the last are refused or answered."""
    draw, library, meter = random.Random(seed), SlowLibrary(), Meter()
    question_queue = queue_over(library, queue=40, batch=7, meter=meter)
    outcomes: dict[int, str] = {}

    async def ask(number: int) -> None:
        question = draw.choice((f"question {number}",) * 8 + ("", "break"))
        for _ in range(draw.randrange(100)):
            await asyncio.sleep(0)
        try:
            given = await question_queue.ask(question)
        except (QueueFullError, FootnoteError, ZeroDivisionError) as error:
            outcomes[number] = type(error).__name__
        else:
            assert given.answer.question == question
            outcomes[number] = "answered"

    tasks = [asyncio.create_task(ask(number)) for number in range(300)]
    for task in draw.sample(tasks, 60):
        asyncio.get_running_loop().call_later(draw.random() * 0.05, task.cancel)
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = sum(isinstance(error, asyncio.CancelledError) for error in errors)
    assert all(error is None or isinstance(error, asyncio.CancelledError) for error in errors)
    assert len(outcomes) + cancelled == 300
    assert "answered" in outcomes.values()
    computed = Counter(question for batch in library.batches for question in batch)
    assert all(count <= 2 for question, count in computed.items() if question.startswith("question"))
    await question_queue.close(60)
    await until(lambda: not is_answering())
    assert value(meter.registry, "footnote_queue") == 0
    assert question_queue.retry_after() == 1


@pytest.mark.slow
async def test_the_queue_is_as_the_configuration_says() -> None:
    """Two are computed, three more may wait, and after a second all of them are told so."""
    library, meter = SlowLibrary(), Meter()
    library.gate.clear()
    settings = DiscordSection(queue=3, batch=2, deadline=1)
    question_queue = QuestionQueue.from_settings(settings, cast(LiveLibrary, OneLibrary(library)), meter)
    tasks = [asyncio.create_task(question_queue.ask(f"question {number}")) for number in range(2)]
    await until(lambda: library.batches)
    tasks += [asyncio.create_task(question_queue.ask(f"question {number}")) for number in range(2, 6)]
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [DeadlineError] * 5 + [QueueFullError]
    assert value(meter.registry, "footnote_batch_questions_sum") == 2
    library.gate.set()
    await question_queue.close(60)
