"""A written answer is the text of what is supported; what is struck is counted and stays out of it."""

from index.errors import LanguageModelError, Reason
from index.writing.written_answer import StrikeReason, WrittenSentence, make_written_answer

TRUE = WrittenSentence("The bridge is red.", (1, 3), True, 0.9)
FALSE = WrittenSentence("It is 40 metres long.", (2,), False, 0.0, StrikeReason.NUMBER)


def test_the_text_is_what_is_supported_with_its_footnote_numbers() -> None:
    answer = make_written_answer((TRUE, FALSE, TRUE), "llama3.2")
    assert answer.text == "The bridge is red.[1][3] The bridge is red.[1][3]"
    assert (answer.model, answer.struck, answer.failure, answer.failed) == ("llama3.2", 1, None, False)
    assert answer.sentences == (TRUE, FALSE, TRUE)


def test_of_what_is_struck_there_is_no_text() -> None:
    answer = make_written_answer((FALSE,), "m")
    assert (answer.text, answer.struck, answer.failed) == ("", 1, False)


def test_writing_fails_only_where_no_sentence_is_whole() -> None:
    late = LanguageModelError("late", "wait", reason=Reason.LANGUAGE_MODEL_LATE)
    failed = make_written_answer((), "m", failure=late)
    assert (failed.failed, failed.failure, failed.problem, failed.remedy) == (
        True,
        late.reason,
        "late",
        "wait",
    )
    assert not make_written_answer((TRUE,), "m", failure=late).failed
    assert not make_written_answer((), "m", declined=True).failed
