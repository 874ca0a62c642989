"""What can go wrong, in words that a person needs; the library raises, front ends show."""

REBUILD = "Run `footnote index`: it builds the index anew from the corpus."


class FootnoteError(Exception):
    """Base of all expected errors: `message` says what happened, `mend` what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class ConfigurationError(FootnoteError):
    """A configuration file, or a path that it names, is missing or wrong."""


class EmptyQuestionError(FootnoteError):
    """A question holds no visible character."""


class UnknownArticleError(FootnoteError):
    """No article has the id; the message names the nearest ids."""


class UnreadableFileError(FootnoteError):
    """A file of the corpus cannot be read as an article; it is skipped and named."""


class ModelMissingError(FootnoteError):
    """The encoder's model is not on this machine, and is never downloaded behind the user's back."""


class ModelDamagedError(FootnoteError):
    """A model's files are not the ones that they should be."""


class IndexMissingError(FootnoteError):
    """There is no index yet in the index folder."""


class IndexDamagedError(FootnoteError):
    """The index's files are truncated, altered or foreign; it is rebuilt from the corpus."""

    def __init__(self, message: str) -> None:
        super().__init__(message, REBUILD)


class IndexStaleError(FootnoteError):
    """The index is whole, but was made by another schema, model or segmentation."""


class IndexBusyError(FootnoteError):
    """Another process is writing the index."""


class IndexUnwritableError(FootnoteError):
    """The index folder cannot be written, or the disk is full; an index that is there stays complete."""
