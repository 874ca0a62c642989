import pytest

from bot.live.question_queue import DeadlineError, QueueFullError
from bot.web.asking import QUESTION_LIMIT, Asking, QuestionTooLongError, checked
from index.errors import EmptyQuestionError, UnknownArticleError
from index.library import Library
from tests.support.reading_rooms import Room, queue_that

QUESTION = "How long is the red bridge?"


def outcomes(room: Room) -> dict[str, float]:
    samples = next(iter(room.services.meter.questions.collect())).samples
    return {one.labels["outcome"]: one.value for one in samples if one.name.endswith("_total")}


async def test_what_was_answered_is_remembered_until_the_index_changes(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = room.services.asking
    assert asking.remembered(QUESTION) is None
    given = await asking.ask(QUESTION)
    assert asking.remembered(QUESTION) is given.answer
    assert asking.remembered(QUESTION, "bridges/red") is None
    await asking.ask("Who likes bees?", top_k=1)
    assert asking.remembered("Who likes bees?") is None
    monkeypatch.setattr(Library, "generation", "another")
    assert asking.remembered(QUESTION) is None


async def test_each_question_is_counted_with_its_outcome(room: Room) -> None:
    asking = room.services.asking
    await asking.ask(QUESTION)
    await asking.ask("What is the capital of Peru?")
    with pytest.raises(UnknownArticleError):
        await asking.ask(QUESTION, "nowhere at all")
    for error in (QueueFullError(3), DeadlineError(3), ZeroDivisionError()):
        with queue_that(room, error), pytest.raises(type(error)):
            await asking.ask(QUESTION)
    assert outcomes(room) == {
        **{"answered": 1, "declined": 1, "invalid": 1},
        **{"busy": 1, "late": 1, "failed": 1},
    }


async def test_only_the_latest_are_remembered(room: Room) -> None:
    services = room.services
    asking = Asking(services.live_library, services.question_queue, services.meter, most_remembered=1)
    for question in (QUESTION, "Who likes bees?"):
        await asking.ask(question)
    assert asking.remembered(QUESTION) is None
    assert asking.remembered("Who likes bees?")


def test_questions_are_trimmed_and_not_too_long() -> None:
    assert checked(" Who?\0 ") == "Who?"
    assert checked("w" * QUESTION_LIMIT)
    with pytest.raises(QuestionTooLongError, match="can have 500 characters; this one has 1,000"):
        checked("w" * 1000)
    with pytest.raises(EmptyQuestionError):
        checked("\u200b ")
