"""Errors that the library raises on purpose: each says what happened and carries a reason for programs.

    FootnoteError
    ├── ConfigurationError
    ├── EmptyQuestionError
    ├── UnknownArticleError
    ├── UnreadableFileError
    ├── IngestionError
    ├── ModelError
    │   ├── ModelMissingError
    │   └── ModelDamagedError
    ├── LanguageModelError
    ├── StoreError
    │   ├── StoreUnavailableError
    │   └── StoreBusyError
    ├── IndexMissingError, IndexDamagedError, IndexStaleError, IndexBusyError
    └── IndexUnwritableError
        ├── StoreFullError
        └── StoreReadOnlyError

The library knows no command: what to do about an error is said by the front ends, which go by its `reason`.
`remedy` is only filled with advice that holds for every front end.
"""

from enum import StrEnum, auto
from typing import ClassVar


class Reason(StrEnum):
    """Why something failed, for programs."""

    FAILED = auto()
    BAD_CONFIGURATION = auto()
    CORPUS_EMPTY = auto()
    CORPUS_UNREADABLE = auto()
    EMPTY_QUESTION = auto()
    ENCODER_EXPORT_DAMAGED = auto()
    HOST_NOT_PUBLIC = auto()
    INDEX_BUSY = auto()
    INDEX_DAMAGED = auto()
    INDEX_FOLDER_NOT_UTF8 = auto()
    INDEX_FOLDER_OCCUPIED = auto()
    INDEX_MISSING = auto()
    INDEX_STALE = auto()
    INDEX_UNWRITABLE = auto()
    INGESTION_FAILED = auto()
    LANGUAGE_MODEL_BUSY = auto()
    LANGUAGE_MODEL_CUT_OFF = auto()
    LANGUAGE_MODEL_EMPTY = auto()
    LANGUAGE_MODEL_ENDLESS = auto()
    LANGUAGE_MODEL_FAILED = auto()
    LANGUAGE_MODEL_KEY_REFUSED = auto()
    LANGUAGE_MODEL_LATE = auto()
    LANGUAGE_MODEL_MISSING = auto()
    LANGUAGE_MODEL_NOT_CONFIGURED = auto()
    LANGUAGE_MODEL_NOT_INSTALLED = auto()
    LANGUAGE_MODEL_UNREACHABLE = auto()
    MODEL_DAMAGED = auto()
    MODEL_FOLDER_MISSING = auto()
    MODEL_MISSING = auto()
    MODEL_NOT_EXPORTABLE = auto()
    MODEL_UNREADABLE = auto()
    MODEL_UNSUITABLE = auto()
    QUOTA_REACHED = auto()
    READER_EXPORT_DAMAGED = auto()
    READER_EXPORT_STALE = auto()
    SHIPPED_ENCODER_DAMAGED = auto()
    SHIPPED_READER_DAMAGED = auto()
    SHIPPED_SUPPORT_DAMAGED = auto()
    STORE_BUSY = auto()
    STORE_FAILED = auto()
    STORE_FULL = auto()
    STORE_OF_ANOTHER_MODEL = auto()
    STORE_READ_ONLY = auto()
    STORE_REFUSED = auto()
    STORE_STANDBY = auto()
    STORE_UNAVAILABLE = auto()
    UNKNOWN_ARTICLE = auto()
    UNREADABLE_FILE = auto()


class Role(StrEnum):
    """What a model is for: to turn text into vectors, to read answers, or to check what was written."""

    ENCODER = auto()
    READER = auto()
    SUPPORT = "support model"


class FootnoteError(Exception):
    """Base of all expected errors: `message` says what happened, `reason` says so to programs."""

    default_reason: ClassVar[Reason] = Reason.FAILED

    def __init__(self, message: str, remedy: str = "", *, reason: Reason | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.reason = reason or self.default_reason


class ConfigurationError(FootnoteError):
    """A configuration file, or a path that it names, is missing or wrong."""

    default_reason = Reason.BAD_CONFIGURATION


class EmptyQuestionError(FootnoteError):
    """A question holds no visible character."""

    default_reason = Reason.EMPTY_QUESTION


class UnknownArticleError(FootnoteError):
    """No article has the id, or several do; the message names the `nearest` ids."""

    default_reason = Reason.UNKNOWN_ARTICLE

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        reason: Reason | None = None,
        nearest: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, remedy, reason=reason)
        self.nearest = nearest


class UnreadableFileError(FootnoteError):
    """A file of the corpus cannot be read as an article; it is skipped and named."""

    default_reason = Reason.UNREADABLE_FILE


class IngestionError(FootnoteError):
    """A file or a page does not become an article; the corpus is as it was."""

    default_reason = Reason.INGESTION_FAILED


class QuotaError(IngestionError):
    """A library may hold no more, or no more may come today."""

    default_reason = Reason.QUOTA_REACHED


class ModelError(FootnoteError):
    """A model cannot be used: `model` is its name, if it has one, and `role` what it is needed for."""

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        reason: Reason | None = None,
        role: Role = Role.ENCODER,
        model: str = "",
    ) -> None:
        super().__init__(message, remedy, reason=reason)
        self.role = role
        self.model = model


class ModelMissingError(ModelError):
    """A model is not on this machine; it is never downloaded behind the user's back."""

    default_reason = Reason.MODEL_MISSING


class ModelDamagedError(ModelError):
    """A model's files are not the ones that they should be."""

    default_reason = Reason.MODEL_DAMAGED


class LanguageModelError(FootnoteError):
    """A language model writes nothing, or not to the end; the answer from the articles stands all the same.

    `model` is its name.
    """

    default_reason = Reason.LANGUAGE_MODEL_FAILED

    def __init__(
        self, message: str, remedy: str = "", *, reason: Reason | None = None, model: str = ""
    ) -> None:
        super().__init__(message, remedy, reason=reason)
        self.model = model


class IndexMissingError(FootnoteError):
    """There is no index yet in the index folder."""

    default_reason = Reason.INDEX_MISSING


class IndexDamagedError(FootnoteError):
    """The index's files are truncated, altered or foreign; it is rebuilt from the corpus."""

    default_reason = Reason.INDEX_DAMAGED


class IndexStaleError(FootnoteError):
    """The index is whole, but was built with another schema, model or segmentation."""

    default_reason = Reason.INDEX_STALE


class IndexBusyError(FootnoteError):
    """Another process is writing the index."""

    default_reason = Reason.INDEX_BUSY


class IndexUnwritableError(FootnoteError):
    """The index folder cannot be written, or the disk is full; an index that is there stays complete."""

    default_reason = Reason.INDEX_UNWRITABLE


class StoreFullError(IndexUnwritableError):
    """The database that holds the library has no room left; what is stored there stays complete."""

    default_reason = Reason.STORE_FULL


class StoreReadOnlyError(IndexUnwritableError):
    """The database that holds the library can only be read: STORE_STANDBY if it follows another server."""

    default_reason = Reason.STORE_READ_ONLY


class StoreError(FootnoteError):
    """The database that holds the library reports an error; `final` if trying again now is of no use."""

    default_reason = Reason.STORE_FAILED

    def __init__(
        self, message: str, remedy: str = "", *, reason: Reason | None = None, final: bool = False
    ) -> None:
        super().__init__(message, remedy, reason=reason)
        self.final = final


class StoreUnavailableError(StoreError):
    """The database cannot be reached: it is down, starting, or the network is."""

    default_reason = Reason.STORE_UNAVAILABLE


class StoreBusyError(StoreError):
    """The database has no time for a question: all connections are in use, or a time limit was reached."""

    default_reason = Reason.STORE_BUSY
