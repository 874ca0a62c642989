"""Questions that the articles did not answer, kept beside the feedback if the owner wants that.

Of a question, its words and its time are stored: not who asked it, or where. Mentions and Discord's ids in
the words become "…".
"""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.feedback.store import Feedback
from index.segmentation.characters import replace_surrogates

MOST_QUESTIONS = 10_000
"""Questions kept at most, whatever their age: the latest ones."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS unanswered (
    row INTEGER PRIMARY KEY AUTOINCREMENT, asked TEXT NOT NULL, question TEXT NOT NULL
) STRICT
"""
_ADD = "INSERT INTO unanswered (asked, question) VALUES (?, ?)"
_LIST = "SELECT row, asked, question FROM unanswered WHERE asked > ? ORDER BY row DESC"
_EXPIRE = """
DELETE FROM unanswered
WHERE asked <= ? OR row <= (SELECT max(row) FROM unanswered) - ?
"""
_FORGET = "DELETE FROM unanswered"

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


class UnansweredQuestions:
    """The unanswered questions of the last `keep_days` days, in the database of the feedback.

    With 0 days, none are kept: `delete_expired` deletes all.
    """

    def __init__(self, feedback: Feedback, keep_days: int) -> None:
        self._feedback = feedback
        self.keep_days = keep_days

    def add(self, question: str, names: Iterable[str] = ()) -> None:
        """Store a question without the `names` of people mentioned in it; delete what is too old.

        Raises FeedbackError.
        """
        now = datetime.now(UTC)
        text = replace_surrogates(anonymous(question, names))

        def put(database: sqlite3.Connection) -> None:
            database.execute(_SCHEMA)
            database.execute(_ADD, (_iso(now), text))
            self._expire(database, now)

        self._feedback.run(put)

    def delete_expired(self) -> int:
        """Delete what is too old, also from the file's free space; return how many questions it was.

        Raises FeedbackError.
        """

        def delete(database: sqlite3.Connection) -> int:
            database.execute(_SCHEMA)
            return self._expire(database, datetime.now(UTC))

        return self._feedback.run(delete) if self._feedback.path.exists() else 0

    def list(self) -> list[UnansweredQuestion]:
        """Read the questions, latest first; none if there is no file. Raises FeedbackError."""

        def read(database: sqlite3.Connection) -> list[UnansweredQuestion]:
            database.execute(_SCHEMA)
            rows = database.execute(_LIST, (self._limit(datetime.now(UTC)),)).fetchall()
            return [UnansweredQuestion(*row) for row in rows]

        return self._feedback.run(read) if self._feedback.path.exists() else []

    def forget(self) -> int:
        """Delete all questions, also from the file's free space; return how many it was.

        Raises FeedbackError.
        """

        def delete(database: sqlite3.Connection) -> int:
            database.execute("PRAGMA secure_delete = ON")
            database.execute(_SCHEMA)
            return database.execute(_FORGET).rowcount

        return self._feedback.run(delete) if self._feedback.path.exists() else 0

    def _expire(self, database: sqlite3.Connection, now: datetime) -> int:
        database.execute("PRAGMA secure_delete = ON")
        return database.execute(_EXPIRE, (self._limit(now), MOST_QUESTIONS)).rowcount

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
