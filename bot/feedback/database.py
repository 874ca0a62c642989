"""Feedback on answers in the database that holds the library: what `Feedback` keeps in a file."""

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.feedback.store import (
    MOST_QUESTIONS,
    NOTE_LIMIT,
    Entry,
    FeedbackError,
    Judgement,
    NoRoomError,
    Receipt,
    keyed_hash,
    storable,
)
from index.database_urls import redacted
from index.errors import FootnoteError, IndexMissingError, IndexStaleError, StoreFullError

if TYPE_CHECKING:
    from index.storage.postgres.database import Connection, Database

T = TypeVar("T")

_LARGEST_ROW = (1 << 63) - 1
_PREVIOUS = 'SELECT "right" FROM feedback WHERE tenant = %s AND person = %s AND message = %s'
_ADD = """
INSERT INTO feedback
    (tenant, person, message, judged, "right", question, answer, "index", asked_in, article, sentence)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant, person, message) DO UPDATE SET
    judged = excluded.judged, "right" = excluded."right", question = excluded.question,
    answer = excluded.answer, "index" = excluded."index", asked_in = excluded.asked_in,
    article = excluded.article, sentence = excluded.sentence,
    note = CASE WHEN feedback."right" = excluded."right" THEN feedback.note END
RETURNING row
"""
_NOTE = "UPDATE feedback SET note = %s WHERE tenant = %s AND row = %s AND person = %s"
_LIST = """
SELECT row, judged, note, message, "right", question, answer, "index", asked_in, article, sentence
FROM feedback WHERE tenant = %s ORDER BY row
"""
_ADD_QUESTION = """
INSERT INTO unanswered (tenant, entry, asked, question) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant, entry) DO NOTHING
"""
_LIST_QUESTIONS = (
    "SELECT row, asked, question FROM unanswered WHERE tenant = %s AND asked > %s ORDER BY row DESC"
)
_EXPIRE = """
DELETE FROM unanswered WHERE tenant = %(tenant)s AND (asked <= %(expired)s OR row <= (
    SELECT row FROM unanswered WHERE tenant = %(tenant)s ORDER BY row DESC OFFSET %(most)s LIMIT 1))
"""


class StoredFeedback:
    """The feedback of a tenant in a database; threads, processes and machines may share it.

    The key of the hashes is in the database, too: all machines need the same one.
    """

    def __init__(self, database: "Database", tenant: int, url: str) -> None:
        self.place = redacted(url)
        self._database = database
        self._tenant = tenant

    def make(self) -> None:
        """Make the schema if it is missing or older, and the key of the hashes.

        Raises FeedbackError if the database cannot be written.
        """
        with _feedback_errors():
            try:
                self._database.check()
            except (IndexMissingError, IndexStaleError):
                self._database.make_schema()
        self._change(lambda connection: _key(connection, self._tenant))

    def add(self, judgement: Judgement, *, user: int, message: int) -> Receipt:
        """Store a user's verdict as `Feedback.add` does. Raises FeedbackError."""
        judged = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        values = (
            judgement.right,
            *map(_text, (judgement.question or "", judgement.answer, judgement.index)),
            *map(_text, (judgement.asked_in, judgement.article, judgement.sentence)),
        )

        def put(connection: "Connection") -> Receipt:
            key = _key(connection, self._tenant)
            who = (self._tenant, keyed_hash(key, "user", user), keyed_hash(key, "message", message))
            previous = connection.execute(_PREVIOUS, who).fetchone()
            ((row,),) = connection.execute(_ADD, (*who, judged, *values)).fetchall()
            return Receipt(int(row), previous is not None and previous[0] is not judgement.right)

        return self._change(put)

    def note(self, row: int, *, user: int, text: str) -> bool:
        """Store a note with a judgement as `Feedback.note` does. Raises FeedbackError."""
        if row > _LARGEST_ROW:
            return False

        def put(connection: "Connection") -> bool:
            person = keyed_hash(_key(connection, self._tenant), "user", user)
            values = (_text(text[:NOTE_LIMIT]), self._tenant, row, person)
            return connection.execute(_NOTE, values).rowcount == 1

        return self._change(put)

    def forget(self, user: int) -> int:
        """Delete all that a user said; return how many verdicts it was. Raises FeedbackError."""

        def delete(connection: "Connection") -> int:
            person = keyed_hash(_key(connection, self._tenant), "user", user)
            statement = "DELETE FROM feedback WHERE tenant = %s AND person = %s"
            return connection.execute(statement, (self._tenant, person)).rowcount

        return self._change(delete) if self._exists() else 0

    def list(self) -> list[Entry]:
        """Read all feedback, oldest first. Raises FeedbackError."""
        return [
            Entry(row, judged, note, Judgement(right, question or None, *rest), message)
            for row, judged, note, message, right, question, *rest in self._read(_LIST, self._tenant)
        ]

    def add_question(self, asked: str, question: str, expired: str) -> None:
        """Store a question that the articles did not answer, and delete those asked until `expired`."""
        values = (self._tenant, uuid.uuid4(), asked, _text(question))

        def put(connection: "Connection") -> None:
            connection.execute(_ADD_QUESTION, values)
            self._expire(connection, expired)

        self._change(put)

    def questions(self, expired: str) -> Sequence[tuple[int, str, str]]:
        """Read row, time and words of the questions asked after `expired`, latest first."""
        return self._read(_LIST_QUESTIONS, self._tenant, expired)

    def delete_questions(self, expired: str | None = None) -> int:
        """Delete the questions asked until `expired`, or all; return how many it was."""

        def delete(connection: "Connection") -> int:
            if expired is not None:
                return self._expire(connection, expired)
            return connection.execute("DELETE FROM unanswered WHERE tenant = %s", (self._tenant,)).rowcount

        return self._change(delete) if self._exists() else 0

    def _exists(self) -> bool:
        """Tell whether anything was ever stored. Raises FeedbackError for the schema of another version."""
        with _feedback_errors():
            try:
                self._database.check()
            except IndexMissingError:
                return False
        return True

    def _expire(self, connection: "Connection", expired: str) -> int:
        values = {"tenant": self._tenant, "expired": expired, "most": MOST_QUESTIONS}
        return connection.execute(_EXPIRE, values).rowcount

    def _read(self, statement: str, *values: Any) -> Sequence[Any]:
        if not self._exists():
            return ()
        with _feedback_errors():
            return self._database.query(self._tenant, statement, values)

    def _change(self, work: "Callable[[Connection], T]") -> T:
        with _feedback_errors():
            return self._database.change(self._tenant, work)


def _key(connection: "Connection", tenant: int) -> bytes:
    """Read the key of a tenant's hashes, which is made first if there is none."""
    read = "SELECT key FROM feedback_keys WHERE tenant = %s"
    if not connection.execute(read, (tenant,)).fetchone():
        make = "INSERT INTO feedback_keys (tenant, key) VALUES (%s, %s) ON CONFLICT (tenant) DO NOTHING"
        connection.execute(make, (tenant, secrets.token_hex(32)))
    ((key,),) = connection.execute(read, (tenant,)).fetchall()
    return str(key).encode()


def _text(text: str | None) -> str | None:
    """Return text as the database can store it: without lone surrogates and NULs."""
    stored = storable(text)
    return None if stored is None else stored.replace("\0", "\ufffd")


@contextmanager
def _feedback_errors() -> Iterator[None]:
    try:
        yield
    except FeedbackError:
        raise
    except FootnoteError as error:
        kind = NoRoomError if isinstance(error, StoreFullError) else FeedbackError
        raise kind(error.message, error.remedy, reason=error.reason) from error
