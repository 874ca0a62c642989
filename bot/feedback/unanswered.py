"""Questions that the articles did not answer, kept beside the feedback if the owner wants that.

Of a question, its words and its time are stored: not who asked it, or where. Mentions and Discord's ids in
the words become "…".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from index.segmentation.characters import replace_surrogates

# "<@123>", "<@!123>", "<@&123>": a mention as Discord writes it
_MENTION: Final = re.compile(r"<@[!&]?\d+>")
# 80351110224678912: an id of Discord's, in a channel's mention, a link to a message or alone
_ID: Final = re.compile(r"\d{17,20}")


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question as stored in `row`; `asked` is the time of it, UTC in ISO 8601."""

    row: int
    asked: str
    question: str


class QuestionStore(Protocol):
    """Where unanswered questions are kept: a file, or a database. All of it raises FeedbackError."""

    def add_question(self, asked: str, question: str, expired: str) -> None:
        """Store a question, and delete those asked until `expired`."""

    def questions(self, expired: str) -> Sequence[tuple[int, str, str]]:
        """Read row, time and words of the questions asked after `expired`, latest first."""

    def delete_questions(self, expired: str | None = None) -> int:
        """Delete the questions asked until `expired`, or all; return how many it was."""


class UnansweredQuestions:
    """The unanswered questions of the last `keep_days` days, where the feedback is.

    With 0 days, none are kept: `delete_expired` deletes all.
    """

    def __init__(self, store: QuestionStore, keep_days: int) -> None:
        self._store = store
        self.keep_days = keep_days

    def add(self, question: str, names: Iterable[str] = ()) -> None:
        """Store a question without the `names` of people mentioned in it; delete what is too old.

        Raises FeedbackError.
        """
        now = datetime.now(UTC)
        text = replace_surrogates(anonymous(question, names))
        self._store.add_question(_iso(now), text, self._limit(now))

    def delete_expired(self) -> int:
        """Delete what is too old; return how many questions it was. Raises FeedbackError."""
        return self._store.delete_questions(self._limit(datetime.now(UTC)))

    def list(self) -> list[UnansweredQuestion]:
        """Read the questions, latest first; none if nothing was ever stored. Raises FeedbackError."""
        rows = self._store.questions(self._limit(datetime.now(UTC)))
        return [UnansweredQuestion(*row) for row in rows]

    def forget(self) -> int:
        """Delete all questions; return how many it was. Raises FeedbackError."""
        return self._store.delete_questions()

    def _limit(self, now: datetime) -> str:
        """Return the time of the latest question that is too old."""
        return _iso(now - timedelta(days=self.keep_days))


def anonymous(question: str, names: Iterable[str] = ()) -> str:
    """Return a question without mentions, Discord's ids and the `names` of people mentioned in it."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        question = question.replace(name, "@…")
    return _ID.sub("…", _MENTION.sub("@…", question))


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
