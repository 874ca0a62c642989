"""Feedback on answers in the database that holds the library: what `Feedback` keeps in a file."""

import hashlib
import logging
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.feedback.store import (
    MOST_QUESTIONS,
    NOTE_LIMIT,
    VERDICT_COLUMNS,
    Feedback,
    FeedbackContents,
    FeedbackError,
    Judgement,
    NoRoomError,
    Receipt,
    StoredJudgement,
    keyed_hash,
    storable,
)
from bot.wording import count_with_noun
from index.database_urls import redacted
from index.errors import FootnoteError, IndexMissingError, IndexStaleError, Reason, StoreFullError

if TYPE_CHECKING:
    from index.storage.postgres.database import Connection, Database

log = logging.getLogger(__name__)
T = TypeVar("T")

_ONLY_READ = (Reason.STORE_READ_ONLY, Reason.STORE_STANDBY)
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
_NOTE = "UPDATE feedback SET note = %s WHERE tenant = %s AND row = %s AND person = ANY(%s)"
_RENAME = "UPDATE feedback SET person = %s, message = %s WHERE tenant = %s AND person = %s AND message = %s"
_KEYS = "SELECT key FROM feedback_keys WHERE tenant = %s ORDER BY former, key"
_ADD_KEY = "INSERT INTO feedback_keys (tenant, key, former) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_ADD_KEPT = f"""
INSERT INTO feedback (tenant, {VERDICT_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant, person, message) DO NOTHING
"""  # noqa: S608
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


class PartlyDeletedError(FeedbackError):
    """Everything in the database was deleted, but what an earlier file holds could not be moved there."""

    def __init__(self, deleted: int, file: FeedbackError) -> None:
        super().__init__(
            f"{file.message}: what was kept in files before there was a database is not deleted",
            file.remedy,
            reason=file.reason,
        )
        self.deleted = deleted


class StoredFeedback:
    """The feedback of a tenant in a database; threads, processes and machines may share it.

    The key of the hashes is in the database, too: all machines need the same one. What an `earlier` file
    holds is moved here first; its hashes are known by its own key.
    """

    def __init__(
        self,
        database: "Database",
        tenant: int,
        url: str,
        earlier: Feedback | None = None,
        most_questions: int = MOST_QUESTIONS,
    ) -> None:
        self.place = redacted(url)
        self._database = database
        self._tenant = tenant
        self._earlier = earlier
        self._most_questions = most_questions

    def make(self) -> None:
        """Make the schema if it is missing or older, and the key of the hashes.

        A database that can only be read, as a standby, keeps nothing: that is logged, as questions are
        answered all the same. Raises FeedbackError if it cannot be written for another reason.
        """
        try:
            self._make_schema()
            self._take_over()
            self._change(lambda connection: _keys(connection, self._tenant))
        except FeedbackError as error:
            if error.reason not in _ONLY_READ:
                raise
            log.warning("verdicts and unanswered questions cannot be kept: %s", error.message)

    def _make_schema(self) -> None:
        with _feedback_errors():
            try:
                self._database.check()
            except (IndexMissingError, IndexStaleError):
                self._database.make_schema()

    def _take_over(self) -> None:
        """Move here what the earlier file holds. Raises FeedbackError; then it is still there."""
        earlier = self._earlier  # another thread may just have moved it
        if earlier is not None:
            earlier.hand_over(self._take)
            self._earlier = None

    def _take(self, kept: FeedbackContents) -> None:
        self._make_schema()
        self._change(lambda connection: _add_kept(connection, self._tenant, kept))
        log.info(
            "%s and %s, which were kept in a file, are in the database now",
            count_with_noun(len(kept.verdicts), "verdict"),
            count_with_noun(len(kept.questions), "unanswered question"),
        )

    def add(self, judgement: Judgement, *, user: int, message: int) -> Receipt:
        """Store a user's verdict as `Feedback.add` does. Raises FeedbackError."""
        judged = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        values = (
            judgement.right,
            *map(_text, (judgement.question or "", judgement.answer, judgement.index)),
            *map(_text, (judgement.asked_in, judgement.article, judgement.sentence)),
        )

        def put(connection: "Connection") -> Receipt:
            (person, on), *former = (
                (keyed_hash(key, "user", user), keyed_hash(key, "message", message))
                for key in _keys(connection, self._tenant)
            )
            who = (self._tenant, person, on)
            for once in former:  # moved here from a file: it goes on under the key of today
                if not connection.execute(_PREVIOUS, who).fetchone():
                    connection.execute(_RENAME, (person, on, self._tenant, *once))
            previous = connection.execute(_PREVIOUS, who).fetchone()
            ((row,),) = connection.execute(_ADD, (*who, judged, *values)).fetchall()
            return Receipt(int(row), previous is not None and previous[0] is not judgement.right)

        return self._change(put)

    def note(self, row: int, *, user: int, text: str) -> bool:
        """Store a note with a judgement as `Feedback.note` does. Raises FeedbackError."""
        if row > _LARGEST_ROW:
            return False

        def put(connection: "Connection") -> bool:
            values = (_text(text[:NOTE_LIMIT]), self._tenant, row, _persons(connection, self._tenant, user))
            return connection.execute(_NOTE, values).rowcount == 1

        return self._change(put)

    def forget(self, user: int) -> int:
        """Delete all that a user said; return how many verdicts it was.

        Raises FeedbackError; of an earlier file that cannot be read, PartlyDeletedError.
        """

        def delete(connection: "Connection") -> int:
            statement = "DELETE FROM feedback WHERE tenant = %s AND person = ANY(%s)"
            return connection.execute(
                statement, (self._tenant, _persons(connection, self._tenant, user))
            ).rowcount

        return self._delete(delete)

    def list(self) -> list[StoredJudgement]:
        """Read all feedback, oldest first. Raises FeedbackError."""
        return [
            StoredJudgement(row, judged, note, Judgement(right, question or None, *rest), message)
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
        """Delete the questions asked until `expired`, or all; return how many it was. Raises as `forget`."""

        def delete(connection: "Connection") -> int:
            if expired is not None:
                return self._expire(connection, expired)
            return connection.execute("DELETE FROM unanswered WHERE tenant = %s", (self._tenant,)).rowcount

        return self._delete(delete)

    def _delete(self, work: "Callable[[Connection], int]") -> int:
        """Delete in the database, whatever is the matter with the earlier file; that is told afterwards."""
        unmoved: FeedbackError | None = None
        try:
            self._take_over()
        except FeedbackError as error:
            unmoved = error
        deleted = self._change(work) if self._exists() else 0
        if unmoved is not None:
            raise PartlyDeletedError(deleted, unmoved) from unmoved
        return deleted

    def _exists(self) -> bool:
        """Tell whether anything was ever stored. Raises FeedbackError for the schema of another version."""
        with _feedback_errors():
            try:
                self._database.check()
            except IndexMissingError:
                return False
        return True

    def _expire(self, connection: "Connection", expired: str) -> int:
        values = {"tenant": self._tenant, "expired": expired, "most": self._most_questions}
        return connection.execute(_EXPIRE, values).rowcount

    def _read(self, statement: str, *values: Any) -> Sequence[Any]:
        try:
            self._take_over()
        except FeedbackError as error:  # perhaps a replica, which can be read all the same
            log.warning("what is kept in a file is not in the database yet: %s", error.message)
        if not self._exists():
            return ()
        with _feedback_errors():
            return self._database.query(self._tenant, statement, values)

    def _change(self, work: "Callable[[Connection], T]") -> T:
        with _feedback_errors():
            return self._database.change(self._tenant, work)


def _persons(connection: "Connection", tenant: int, user: int) -> list[str]:
    """Return what a user may be stored as."""
    return [keyed_hash(key, "user", user) for key in _keys(connection, tenant)]


def _keys(connection: "Connection", tenant: int) -> list[bytes]:
    """Read the keys of a tenant's hashes: the one in use, made first if there is none, and former ones."""
    found = connection.execute(_KEYS, (tenant,)).fetchall()
    if not found:
        connection.execute(_ADD_KEY, (tenant, secrets.token_hex(32), False))
        found = connection.execute(_KEYS, (tenant,)).fetchall()
    return [str(key).encode() for (key,) in found]


def _add_kept(connection: "Connection", tenant: int, kept: FeedbackContents) -> None:
    """Store what a file held, unless it is stored already: a move may have been cut short after that.

    The file's key becomes the one in use if there is none yet.
    """
    if kept.key is not None:
        for former in (False, True):  # the second changes nothing if the first did
            connection.execute(_ADD_KEY, (tenant, kept.key.decode("ascii", "replace"), former))
    with connection.cursor() as cursor:
        cursor.executemany(
            _ADD_KEPT,
            [
                (tenant, person, message, judged, bool(right), *map(_text, words))
                for person, message, judged, right, *words in kept.verdicts
            ],
        )
        file = hashlib.sha256(kept.key or b"").hexdigest()  # files of two machines may have equal rows
        cursor.executemany(
            _ADD_QUESTION,
            [
                (
                    tenant,
                    uuid.uuid5(uuid.NAMESPACE_OID, f"{file} {row} {asked} {question}"),
                    asked,
                    _text(question),
                )
                for row, asked, question in kept.questions
            ],
        )


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
