"""Folders of single servers below `[corpus] servers`: what they added, its index, what they said of answers.

1098273645546372819/        named by the server's id
    made-by-footnote        the proof that this program made the folder, and may delete it
    corpus/, .trash/        the server's own articles, and those that were removed
    index/                  their index; its models are links to those of the common index
    feedback.sqlite         verdicts and unanswered questions, with the key of the hashes, feedback.key
"""

import re
import secrets
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.config import PER_SERVER, BotConfig
from bot.files import write_atomically
from index.articles.corpus import corpus_files
from index.errors import ConfigurationError
from index.storage.published import delete_stored

MARKER, LEFT = "made-by-footnote", "left"

_MARKER_TEXT = (
    b"Footnote made this folder for a Discord server, and deletes it some time after it was removed there.\n"
)
_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
# ".deleted-1098273645546372819-0f3a5b7c": a folder that is being deleted
_DELETED = re.compile(r"\.deleted-[0-9]{1,20}-[0-9a-f]{8}", re.ASCII)


def config_of_server(config: BotConfig, server: int, *, new: bool) -> BotConfig:
    """Return the configuration of a server's library, whose folder is made if it may be `new`.

    Raises ConfigurationError if servers have no libraries, or this one has none, and OSError.
    """
    if not config.has_server_libraries:
        key = config.named("discord.libraries")
        raise ConfigurationError(f"{key}: servers have libraries of their own only with {PER_SERVER!r}")
    own = config.of_server(server)
    if new:
        make_server_folder(own)
    elif not own.server_directory.is_dir():
        raise ConfigurationError(f"there is no library of a server {server} in {config.servers_directory}")
    return own


def has_articles(config: BotConfig) -> bool:
    """Tell whether there are files of articles; a server's own corpus need not be there."""
    corpus = config.corpus_directory
    return corpus.is_dir() and bool(corpus_files(corpus))


def make_server_folder(config: BotConfig) -> Path:
    """Make the folder of the server that `config` is of, unless there is one; return it. Raises OSError."""
    folder = config.server_directory
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    draft.mkdir()
    try:
        (draft / MARKER).write_bytes(_MARKER_TEXT)
        draft.rename(folder)  # so that it has its marker whenever there is one
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():  # made by another process at the same time
            raise
    return folder


def server_ids(config: BotConfig) -> list[int]:
    """List the ids of the servers that have a folder, ascending; none if servers have no own libraries."""
    return [int(folder.name) for folder in _folders(config)] if config.has_server_libraries else []


def kept_server_ids(config: BotConfig) -> list[int]:
    """List the ids of the servers of which something may be stored, ascending.

    Where servers have no libraries now, these are the folders that this program made when they had.
    """
    made = (int(folder.name) for folder in _folders(config) if (folder / MARKER).is_file())
    return sorted({*server_ids(config), *made})


def _folders(config: BotConfig) -> list[Path]:
    """List the folders that are named by ids of servers, the lowest id first."""
    if not config.servers_directory.is_dir():
        return []
    named = (path for path in config.servers_directory.iterdir() if _ID.fullmatch(path.name))
    return sorted((path for path in named if path.is_dir()), key=lambda path: int(path.name))


def feedback_configs(config: BotConfig) -> list[BotConfig]:
    """List the configurations of all feedback: `config` and, if it is of no server, those of the servers."""
    servers = kept_server_ids(config) if config.server is None else []
    return [config, *map(config.of_server, servers)]


def mark_left(config: BotConfig) -> bool:
    """Note that the bot was removed now from the server that `config` is of; False if nothing is to be noted.

    Only a folder that this program made is marked, so that no other is ever deleted. Raises OSError.
    """
    folder = config.server_directory
    if not (folder / MARKER).is_file() or (folder / LEFT).exists():
        return False
    write_atomically(folder / LEFT, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode())
    return True


def unmark_left(config: BotConfig) -> bool:
    """Note that the bot is in the server again; False if it was not marked as left. Raises OSError."""
    try:
        (config.server_directory / LEFT).unlink()
    except FileNotFoundError:
        return False
    return True


def left_at(config: BotConfig) -> datetime | None:
    """Return when the bot was removed from a server; None if it was not, or if that cannot be read."""
    try:
        text = (config.server_directory / LEFT).read_text(encoding="ascii").strip()
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (OSError, ValueError):
        return None


def delete_server(config: BotConfig) -> None:
    """Delete the library of a server, if this program made its folder and the server was left.

    Raises OSError, and FootnoteError if a database has the library and cannot delete it now.
    """
    folder = config.server_directory
    if (folder / MARKER).is_file() and left_at(config) is not None:
        delete_stored(config)
        doomed = folder.with_name(f".deleted-{folder.name}-{secrets.token_hex(4)}")
        folder.rename(doomed)  # in one step: nothing finds half of it
        _delete(doomed)


def finish_deletions(config: BotConfig) -> None:
    """Delete what is left of folders whose deletion was interrupted. Raises OSError."""
    if config.servers_directory.is_dir():
        for folder in list(config.servers_directory.iterdir()):
            if _DELETED.fullmatch(folder.name) and (folder / MARKER).is_file():
                _delete(folder)


def _delete(folder: Path) -> None:
    """Delete a folder, last the proof that it may be."""
    for path in list(folder.iterdir()):
        if path.name != MARKER:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    (folder / MARKER).unlink()
    with suppress(OSError):  # empty folders prove nothing, and hold nothing
        folder.rmdir()
