"""Where the feedback of a library is kept: in a file, or in the database that holds the library."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.config import BotConfig
from bot.feedback.store import Feedback, Judgement, Receipt, StoredJudgement
from bot.feedback.unanswered import QuestionStore

if TYPE_CHECKING:
    from bot.feedback.database import StoredFeedback


class FeedbackStore(QuestionStore, Protocol):
    """The feedback of one library, and its unanswered questions. All of it raises FeedbackError."""

    @property
    def place(self) -> str:
        """Where it is, to show: a path, or an address without a password."""

    def add(self, judgement: Judgement, *, user: int, message: int) -> Receipt:
        """Store a user's verdict on the answer in a message."""

    def note(self, row: int, *, user: int, text: str) -> bool:
        """Store a note with a judgement; False if the judgement is not the user's."""

    def forget(self, user: int) -> int:
        """Delete all that a user said; return how many verdicts it was."""

    def list(self) -> list[StoredJudgement]:
        """Read all feedback, oldest first."""


def feedback_of(config: BotConfig, *, moves: bool = True) -> FeedbackStore:
    """Return the feedback of the library that `config` names, without making anything.

    What a file holds goes to the database, if one holds the library, as soon as anything is read or changed,
    unless nothing `moves`.
    Raises ConfigurationError if what talks to its database is not installed.
    """
    stored = _in_database(config, config.feedback_directory if moves else None)
    return Feedback(config.feedback_directory) if stored is None else stored


def open_feedback(config: BotConfig, folder: Path) -> FeedbackStore:
    """Open the feedback of a library for reading and writing; it is made, in `folder` or in the database.

    Raises ConfigurationError, and FeedbackError if it is damaged or cannot be written.
    """
    stored = _in_database(config, folder)
    if stored is None:
        return Feedback.open(folder)
    stored.make()
    return stored


def _in_database(config: BotConfig, folder: Path | None) -> "StoredFeedback | None":
    url = config.store_url
    if url is None:
        return None
    from bot.feedback.database import StoredFeedback
    from index.storage.published import store_of

    return StoredFeedback(store_of(config, url), config.tenant, url, Feedback(folder) if folder else None)
