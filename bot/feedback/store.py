"""Feedback on answers: an SQLite file that outlives the index, shared by the bot's processes.

When somebody rates the answer to their own question, the question, the answer, the verdict and perhaps a note
are stored; of other people's verdicts, nothing that was asked or answered is. Person and message are stored
as keyed hashes, so that each has one verdict on a message. The key is a file beside the database: without it,
nobody can tell whose verdict it is.
"""

import contextlib
import errno
import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from bot.files import write_atomically
from index.errors import FootnoteError
from index.segmentation.characters import replace_surrogates

FEEDBACK_FILE = "feedback.sqlite"
KEY_FILE = "feedback.key"
NOTE_LIMIT = 1000
MOST_QUESTIONS = 10_000
"""Unanswered questions kept at most, whatever their age: the latest ones."""

_APPLICATION = 0x466E6F74  # marks the file as this program's: "Fnot"
_VERSION = 1
_LARGEST_ROW = (1 << 63) - 1
_SCHEMA = """
CREATE TABLE feedback (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL, message TEXT NOT NULL,
    judged TEXT NOT NULL, "right" INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT, "index" TEXT NOT NULL,
    asked_in TEXT, article TEXT, sentence TEXT, note TEXT,
    UNIQUE (person, message)
) STRICT
"""
_ADD = """
INSERT INTO feedback
    (person, message, judged, "right", question, answer, "index", asked_in, article, sentence)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (person, message) DO UPDATE SET
    judged = excluded.judged, "right" = excluded."right", question = excluded.question,
    answer = excluded.answer, "index" = excluded."index", asked_in = excluded.asked_in,
    article = excluded.article, sentence = excluded.sentence,
    note = CASE "right" WHEN excluded."right" THEN note END
RETURNING row
"""
_PREVIOUS = 'SELECT "right" FROM feedback WHERE person = ? AND message = ?'
_LIST = """
SELECT row, judged, note, message, "right", question, answer, "index", asked_in, article, sentence
FROM feedback ORDER BY row
"""
VERDICT_COLUMNS = (
    'person, message, judged, "right", question, answer, "index", asked_in, article, sentence, note'
)
_ALL = f"SELECT {VERDICT_COLUMNS} FROM feedback ORDER BY row"  # noqa: S608
_FORGET = "DELETE FROM feedback WHERE person = ?"
_NOTE = "UPDATE feedback SET note = ? WHERE row = ? AND person = ?"
_QUESTIONS = """
CREATE TABLE IF NOT EXISTS unanswered (
    row INTEGER PRIMARY KEY AUTOINCREMENT, asked TEXT NOT NULL, question TEXT NOT NULL
) STRICT
"""
_ADD_QUESTION = "INSERT INTO unanswered (asked, question) VALUES (?, ?)"
_LIST_QUESTIONS = "SELECT row, asked, question FROM unanswered WHERE asked > ? ORDER BY row DESC"
_EXPIRE = """
DELETE FROM unanswered
WHERE asked <= ? OR row <= (SELECT row FROM unanswered ORDER BY row DESC LIMIT 1 OFFSET ?)
"""

Result = TypeVar("Result")


class FeedbackError(FootnoteError):
    """The feedback cannot be read or written; what is stored stays as it is."""


class NoRoomError(FeedbackError):
    """The disk is full."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's verdict on an answer; `answer` is None if the answer was that the articles don't say.

    `question` is None if somebody else asked it; then the answer and where it stands are None too. `index` is
    the fingerprint of the index that answered; `asked_in` is the id of the article that the question was
    narrowed to, or None. `article` and `sentence` are the first citation's, None if the article has changed
    there since.
    """

    right: bool
    question: str | None
    answer: str | None
    index: str
    asked_in: str | None = None
    article: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class StoredJudgement:
    """A judgement as stored in `row`; `judged` is the time of it, UTC in ISO 8601.

    Judgements of the same `message` are on the same answer; it is a hash.
    """

    row: int
    judged: str
    note: str | None
    judgement: Judgement
    message: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackContents:
    """All that a file holds: its key, rows of `VERDICT_COLUMNS`, and row, time and words of questions."""

    key: bytes | None
    verdicts: Sequence[tuple[Any, ...]]
    questions: Sequence[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The row that a judgement is stored in; `changed` if the same person said the opposite before."""

    row: int
    changed: bool


class Feedback:
    """The feedback in a folder; each call opens the file again, so threads and processes may share it.

    A call waits up to `patience` seconds for another process to finish its write. The latest
    `most_questions` that were not answered are kept.
    """

    def __init__(self, folder: Path, patience: float = 5.0, most_questions: int = MOST_QUESTIONS) -> None:
        self.path = folder / FEEDBACK_FILE
        self.place = str(self.path)
        self._key_path = folder / KEY_FILE
        self._patience = patience
        self._most_questions = most_questions

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the feedback for reading and writing, creating the folder and its files if necessary.

        Raises FeedbackError if a file is damaged or another program's, or cannot be read and written.
        """
        feedback = cls(folder)
        with _file_errors():
            folder.mkdir(parents=True, exist_ok=True)
            feedback.path.touch(mode=0o600)
        feedback._key()
        feedback.run(feedback._check)
        return feedback

    def add(self, judgement: Judgement, *, user: int, message: int) -> Receipt:
        """Store a user's verdict on the answer in a message.

        A later verdict on the same message replaces the earlier one; a note stays only if the verdict is the
        same. Raises FeedbackError.
        """
        values = (
            self._hash("user", user),
            self._hash("message", message),
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            judgement.right,
            *map(storable, (judgement.question or "", judgement.answer, judgement.index)),
            *map(storable, (judgement.asked_in, judgement.article, judgement.sentence)),
        )
        return self.run(lambda database: _put(database, values))

    def note(self, row: int, *, user: int, text: str) -> bool:
        """Store a note with a judgement, replacing an earlier note; False if the judgement is not the user's.

        Raises FeedbackError.
        """
        if row > _LARGEST_ROW:
            return False
        values = (storable(text[:NOTE_LIMIT]), row, self._hash("user", user))
        return self.run(lambda database: database.execute(_NOTE, values).rowcount == 1)

    def forget(self, user: int) -> int:
        """Delete all that a user said, also from the file's free space; return how many verdicts it was.

        Raises FeedbackError, also if the key is gone by which verdicts are known to be the user's.
        """
        if not self.path.exists():
            return 0
        if not self._key_path.exists():
            raise FeedbackError(
                f"{self._key_path} is missing: nobody can tell whose verdicts are stored",
                f"Put a backup of it in its place; or delete {self.path}, and with it everybody's verdicts.",
            )
        person = self._hash("user", user)

        def delete(database: sqlite3.Connection) -> int:
            database.execute("PRAGMA secure_delete = ON")
            return database.execute(_FORGET, (person,)).rowcount

        return self.run(delete)

    def list(self) -> list[StoredJudgement]:
        """Read all feedback, oldest first; none if there is no file. Raises FeedbackError."""
        return self.run(_entries) if self.path.exists() else []

    def add_question(self, asked: str, question: str, expired: str) -> None:
        """Store a question that the articles did not answer, and delete those asked until `expired`."""

        def put(database: sqlite3.Connection) -> None:
            database.execute(_QUESTIONS)
            database.execute(_ADD_QUESTION, (asked, question))
            self._expire(database, expired)

        self.run(put)

    def questions(self, expired: str) -> Sequence[tuple[int, str, str]]:
        """Read row, time and words of the questions asked after `expired`, latest first."""

        def read(database: sqlite3.Connection) -> Sequence[tuple[int, str, str]]:
            database.execute(_QUESTIONS)
            return database.execute(_LIST_QUESTIONS, (expired,)).fetchall()

        return self.run(read) if self.path.exists() else []

    def delete_questions(self, expired: str | None = None) -> int:
        """Delete the questions asked until `expired`, or all, also from the file's free space; count them."""

        def delete(database: sqlite3.Connection) -> int:
            database.execute(_QUESTIONS)
            if expired is not None:
                return self._expire(database, expired)
            database.execute("PRAGMA secure_delete = ON")
            return database.execute("DELETE FROM unanswered").rowcount

        return self.run(delete) if self.path.exists() else 0

    def _expire(self, database: sqlite3.Connection, expired: str) -> int:
        database.execute("PRAGMA secure_delete = ON")
        return database.execute(_EXPIRE, (expired, self._most_questions)).rowcount

    def hand_over(self, take: Callable[[FeedbackContents], None]) -> None:
        """Call `take` with all that is stored, if anything is, and delete that once it has returned."""

        def give(database: sqlite3.Connection) -> None:
            database.execute(_QUESTIONS)
            verdicts = database.execute(_ALL).fetchall()
            questions = database.execute(
                "SELECT row, asked, question FROM unanswered ORDER BY row"
            ).fetchall()
            if verdicts or questions:
                take(FeedbackContents(self._key() if self._key_path.exists() else None, verdicts, questions))
                database.execute("PRAGMA secure_delete = ON")
                database.execute("DELETE FROM feedback")
                database.execute("DELETE FROM unanswered")

        if self.path.exists():
            self.run(give)

    def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do work within a transaction: all of it is on the disk, or nothing. Raises FeedbackError."""
        try:
            with contextlib.closing(
                sqlite3.connect(self.path, timeout=self._patience, isolation_level=None)
            ) as database:
                database.execute("PRAGMA synchronous = FULL")
                self._claim(database)
                with _transaction(database):
                    return work(database)
        except sqlite3.Error as error:
            raise self._feedback_error(error) from error

    def _claim(self, database: sqlite3.Connection) -> None:
        """Create the table if the file is empty; refuse a file that is not ours."""
        if _identity(database)[:2] == (_APPLICATION, _VERSION):
            return
        with _transaction(database):  # until then, another process may have been creating it
            application, version, tables = _identity(database)
            if application == _APPLICATION and version != _VERSION:
                raise FeedbackError(
                    f"{self.path} was written by another version of Footnote",
                    "Run the version that wrote it.",
                )
            if application != _APPLICATION and (application or tables):
                raise FeedbackError(
                    f"{self.path} is another program's database",
                    "Move it away, or name another folder with [discord] directory.",
                )
            if not application:
                database.execute(_SCHEMA)
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
                database.execute(f"PRAGMA user_version = {_VERSION}")
        with contextlib.suppress(sqlite3.OperationalError):  # another process is doing so right now
            database.execute("PRAGMA journal_mode = WAL")

    def _check(self, database: sqlite3.Connection) -> None:
        (result,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise self._damaged()

    def _feedback_error(self, error: sqlite3.Error) -> FeedbackError:
        match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the low byte holds the kind of error
            case sqlite3.SQLITE_FULL:
                return NoRoomError(
                    f"{self.path}: the disk is full", "Free some space; what is stored stays as it is."
                )
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return self._damaged()
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return FeedbackError(f"{self.path} is being written by another process", "Try again.")
            case _:
                return FeedbackError(f"{self.path}: {error}")

    def _damaged(self) -> FeedbackError:
        return FeedbackError(
            f"{self.path} is damaged",
            "Move it away and put a backup in its place; without one, the bot starts a new file.",
        )

    def _hash(self, kind: str, number: int) -> str:
        return keyed_hash(self._key(), kind, number)

    def _key(self) -> bytes:
        """Read the key of the hashes, creating it if necessary."""
        with _file_errors():
            if not self._key_path.exists():
                self.run(lambda _: self._make_key())
            key = self._key_path.read_bytes().strip()
        if not 32 <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
            raise FeedbackError(
                f"{self._key_path} is damaged",
                "Put a backup in its place, or delete it: then the stored verdicts can no longer be changed.",
            )
        return key

    def _make_key(self) -> None:
        """Make the key, within a transaction: of processes that start at once, one makes it."""
        if not self._key_path.exists():
            write_atomically(self._key_path, secrets.token_hex(32).encode())


def keyed_hash(key: bytes, kind: str, number: int) -> str:
    """Return what stands for the id of a person or a message, which nobody without the key can compute."""
    return hashlib.blake2b(f"{kind}:{number}".encode(), key=key, digest_size=16).hexdigest()


def storable(text: str | None) -> str | None:
    """Return text without the lone surrogates that a database refuses."""
    return None if text is None else replace_surrogates(text)


@contextlib.contextmanager
def _file_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = NoRoomError if error.errno == errno.ENOSPC else FeedbackError
        raise kind(f"{error.filename}: {error.strerror}") from error


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def _identity(database: sqlite3.Connection) -> tuple[int, int, int]:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return application, version, tables


def _put(database: sqlite3.Connection, values: tuple[Any, ...]) -> Receipt:
    """Add a judgement, or replace the person's previous one; `values` are those of `_ADD`."""
    person, message, _, right, *_ = values
    previous = database.execute(_PREVIOUS, (person, message)).fetchone()
    (row,) = database.execute(_ADD, values).fetchone()
    return Receipt(int(row), previous is not None and bool(previous[0]) is not right)


def _entries(database: sqlite3.Connection) -> list[StoredJudgement]:
    return [
        StoredJudgement(row, judged, note, Judgement(bool(right), question or None, *rest), message)
        for row, judged, note, message, right, question, *rest in database.execute(_LIST)
    ]
