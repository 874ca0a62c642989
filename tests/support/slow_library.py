"""A library whose answers take as long as a test wants them to."""

import threading
from collections.abc import Sequence

from index.errors import EmptyQuestionError, FootnoteError
from index.library import Answered
from index.records import Answer, Question


class SlowLibrary:
    """Stands for a library that repeats each question, which takes a set time by its own clock.

    It answers the first `at_once` of a batch at once, the others when the gate is open.
    """

    def __init__(self, at_once: int = 0) -> None:
        self.at_once = at_once
        self.seconds = 0.0
        self.now = 0.0
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()

    def ask_many(
        self, questions: Sequence[Question], answered: Answered = lambda *_: None
    ) -> list[Answer | FootnoteError]:
        """Answer as a library does."""
        self.batches.append([question.question for question in questions])
        self.threads.add(threading.get_ident())
        for place, question in enumerate(questions[: self.at_once]):
            answered(place, self._answer(question))
        assert self.gate.wait(60)
        self.now += self.seconds * len(questions)
        answers = [self._answer(question) for question in questions]
        for place, answer in enumerate(answers[self.at_once :], self.at_once):
            answered(place, answer)
        return answers

    def clock(self) -> float:
        """Return a time in which only computing takes any."""
        return self.now

    def _answer(self, question: Question) -> Answer | FootnoteError:
        if not question.question:
            return EmptyQuestionError("empty")
        if question.question == "break":
            raise ZeroDivisionError("broken")
        return Answer(question.question, False, 0.0, None, (), 1.0)
