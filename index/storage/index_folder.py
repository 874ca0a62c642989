"""Index folder: the names of its entries, and the check that it holds an index and nothing else."""

from index.config import Config
from index.errors import ConfigurationError, Reason

POINTER = "current"
GENERATIONS = "generations"
ENCODERS = "encoders"
READERS = "readers"
LOCK = "lock"
WRITER = "writer"

# One of them is in every index folder.
_ENTRIES = {POINTER, GENERATIONS, ENCODERS, READERS, LOCK, WRITER}


def check_index_folder(config: Config) -> None:
    """Raise ConfigurationError if the index would be written among files that are not an index's."""
    root = config.index_directory.resolve()
    if config.corpus_directory.resolve().is_relative_to(root):
        raise _occupied(config, "the articles are in it")
    try:
        names = {path.name for path in root.iterdir()}
    except OSError:  # there is none yet; if it cannot be read, writing it says so
        return
    if names and not names & _ENTRIES:
        raise _occupied(config, "other files are in it")


def _occupied(config: Config, why: str) -> ConfigurationError:
    key, root = config.named("index.directory"), config.index_directory.resolve()
    return ConfigurationError(
        f"{key}: expected a folder of the index's own (found {root}: {why})",
        reason=Reason.INDEX_FOLDER_OCCUPIED,
    )
