import pytest

from bot.live.question_queue import DeadlineError, QueueFullError
from bot.web.web_questions import QUESTION_LIMIT, QuestionTooLongError, WebQuestions, checked
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
    questions = room.services.questions
    assert questions.remembered(QUESTION) is None
    given = await questions.ask(QUESTION)
    assert questions.remembered(QUESTION) is given.answer
    assert questions.remembered(QUESTION, "bridges/red") is None
    await questions.ask("Who likes bees?", top_k=1)
    assert questions.remembered("Who likes bees?") is None
    monkeypatch.setattr(Library, "generation", "another")
    assert questions.remembered(QUESTION) is None


async def test_each_question_is_counted_with_its_outcome(room: Room) -> None:
    questions = room.services.questions
    await questions.ask(QUESTION)
    await questions.ask("What is the capital of Peru?")
    with pytest.raises(UnknownArticleError):
        await questions.ask(QUESTION, "nowhere at all")
    for error in (QueueFullError(3), DeadlineError(3), ZeroDivisionError()):
        with queue_that(room, error), pytest.raises(type(error)):
            await questions.ask(QUESTION)
    assert outcomes(room) == {
        **{"answered": 1, "declined": 1, "invalid": 1},
        **{"busy": 1, "late": 1, "failed": 1},
    }


async def test_only_the_latest_are_remembered(room: Room) -> None:
    services = room.services
    questions = WebQuestions(
        services.live_library, services.question_queue, services.meter, most_remembered=1
    )
    for question in (QUESTION, "Who likes bees?"):
        await questions.ask(question)
    assert questions.remembered(QUESTION) is None
    assert questions.remembered("Who likes bees?")


def test_questions_are_trimmed_and_not_too_long() -> None:
    assert checked(" Who?\0 ") == "Who?"
    assert checked("w" * QUESTION_LIMIT)
    with pytest.raises(QuestionTooLongError, match="can have 500 characters; this one has 1,000"):
        checked("w" * 1000)
    with pytest.raises(EmptyQuestionError):
        checked("\u200b ")
