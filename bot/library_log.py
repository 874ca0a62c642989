"""Log of who changed the library, and when: a file of lines in the bot's folder that only grows, or a table.

It holds Discord's ids of people and servers, never their names, and no text of articles.
"""

import errno
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config import BotConfig
from bot.wording import error_message
from index.database_urls import redacted
from index.errors import FootnoteError, IndexMissingError, IndexStaleError, IndexUnwritableError
from index.segmentation.characters import replace_surrogates

if TYPE_CHECKING:
    from index.storage.postgres.database import Connection, Database

LOG_FILE = "library.jsonl"
TERMINAL, SCHEDULE = "terminal", "schedule"
"""Who made a change that nobody made in Discord."""

log = logging.getLogger(__name__)

MOVING_FILE, MOVED_FILE = "library.moving.jsonl", "library.moved.jsonl"
"""What the log is called while it is moved to a database, and afterwards."""

BLOCK_SIZE = 1 << 16
"""Bytes of the log that are read at a time, from its end."""

_FIELDS = ("time", "server", "who", "action", "file", "url")
_RECORD = """
INSERT INTO library_changes (tenant, entry, "time", server, who, action, file, url)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (tenant, entry) DO NOTHING
"""
_READ = """
SELECT "time", server, who, action, file, url FROM library_changes WHERE "time" >= %s ORDER BY row
"""


@dataclass(frozen=True, slots=True)
class LibraryChange:
    """A change of the article that is `file` below the corpus folder, at a `time`, UTC in ISO 8601.

    `who` is the id of a Discord user, TERMINAL or SCHEDULE; `server` is the id of a Discord server, or None.
    `action` is "added", "updated" or "removed"; `url` is the article's address, if it has one.
    """

    time: str
    server: str | None
    who: str
    action: str
    file: str
    url: str | None


class LibraryLog:
    """The log in a folder; threads and processes may share it, because each line is appended in one write."""

    def __init__(self, folder: Path, block_size: int = BLOCK_SIZE) -> None:
        self.path = folder / LOG_FILE
        self.place = str(self.path)
        self._block_size = block_size

    def record(
        self, who: str | int, action: str, file: str, url: str | None = None, *, server: int | None = None
    ) -> None:
        """Append a change that was made now. It stays made if it cannot be recorded: then that is logged."""
        try:
            _append(self.path, _change_now(who, action, file, url, server))
        except OSError as error:
            log.warning("the change is not in the log: %s", error_message(error))

    def since(self, time: str) -> tuple[LibraryChange, ...]:
        """Read the changes from a `time` on, UTC in ISO 8601, without what is far older. Raises as `list`."""
        blocks: list[bytes] = []
        try:
            with self.path.open("rb") as file:
                position = file.seek(0, os.SEEK_END)
                while position and not (blocks and _begins_before(blocks[-1], time)):
                    position, until = max(0, position - self._block_size), position
                    file.seek(position)
                    blocks.append(file.read(until - position))
        except FileNotFoundError:
            return ()
        return tuple(change for change in _changes(b"".join(blocks[::-1])) if change.time >= time)

    def list(self) -> list[LibraryChange]:
        """Read the changes, oldest first, without lines that are damaged; none if there is no file.

        Raises OSError.
        """
        return [*self.since("")]


class StoredLibraryLog:
    """The log in the database of the library, as a tenant sees it; the common one sees all changes.

    What is in a file in the folder `earlier` is moved to the database first; and a change that the database
    refuses, as it is full or only read, is kept there until then.
    """

    def __init__(self, database: "Database", tenant: int, url: str, earlier: Path | None = None) -> None:
        self.place = redacted(url)
        self._database = database
        self._tenant = tenant
        self._earlier = self._folder = earlier

    def record(
        self, who: str | int, action: str, file: str, url: str | None = None, *, server: int | None = None
    ) -> None:
        """Store a change that was made now. It stays made if it cannot be recorded: then that is logged."""
        change = _change_now(who, action, file, url, server)
        try:
            self._take_over()
            self._store([(uuid.uuid4(), change)])
        except IndexUnwritableError as error:  # after any other, it may be stored all the same
            self._keep(change, error)
        except FootnoteError as error:
            log.warning("the change is not in the log: %s", error.message)

    def _keep(self, change: LibraryChange, refused: IndexUnwritableError) -> None:
        """Keep a change in the file, from where it is moved once the database takes it."""
        problem = refused.message
        if self._folder is not None:
            self._earlier = self._folder
            try:
                _append(self._folder / LOG_FILE, change)
            except OSError as error:
                problem = f"{problem}; {error_message(error)}"
            else:
                log.warning("the change is in a file until the log can take it: %s", problem)
                return
        log.warning("the change is not in the log: %s", problem)

    def since(self, time: str) -> tuple[LibraryChange, ...]:
        """Read the changes from a `time` on, UTC in ISO 8601. Raises StoreError."""
        try:
            self._database.check()
            self._take_over()
        except (IndexMissingError, IndexStaleError):
            return ()
        except IndexUnwritableError as error:  # perhaps a replica, which can be read all the same
            log.warning("what is in a file is not in the log yet: %s", error.message)
        rows = self._database.query(self._tenant, _READ, (time,))
        return tuple(LibraryChange(*row) for row in rows)

    def list(self) -> list[LibraryChange]:
        """Read the changes, oldest first. Raises StoreError."""
        return [*self.since("")]

    def _store(self, entries: Iterable[tuple[uuid.UUID, LibraryChange]]) -> None:
        """Store changes, each with what tells it from all others, unless they are stored already."""
        by_tenant: dict[int, list[list[Any]]] = {}
        for entry, change in entries:
            tenant = int(change.server) if change.server and str(change.server).isdecimal() else 0
            by_tenant.setdefault(tenant, []).append([tenant, entry, *map(_storable, astuple(change))])

        def put(connection: "Connection", rows: "list[list[Any]]") -> None:
            with connection.cursor() as cursor:
                cursor.executemany(_RECORD, rows)

        for tenant, rows in by_tenant.items():
            self._database.change(tenant, partial(put, rows=rows))

    def _take_over(self) -> None:
        """Move here what is in the earlier file, once, even if a move is cut short. Raises FootnoteError."""
        folder, self._earlier = self._earlier, None
        if folder is None:
            return
        moving = folder / MOVING_FILE
        try:
            while True:  # until there is none: what a full database refused may be behind one that was moving
                if not moving.exists():
                    (folder / LOG_FILE).rename(moving)
                self._store(
                    (uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {change}"), change)
                    for number, change in enumerate(_changes(moving.read_bytes()))
                )
                _set_aside(moving, folder / MOVED_FILE)
                log.info("the log of changes, which was in a file, is in the database now")
        except FileNotFoundError:
            pass
        except OSError as error:
            log.warning("what is in a file is not in the log yet: %s", error_message(error))
        except FootnoteError:
            self._earlier = folder  # the next one tries again
            raise


def library_log_of(config: BotConfig) -> LibraryLog | StoredLibraryLog:
    """Return the log of the library that `config` names, in the bot's folder or in the database.

    Raises ConfigurationError if what talks to the database is not installed.
    """
    url = config.store_url
    if url is None:
        return LibraryLog(config.bot_directory)
    from index.storage.published import store_of  # with the models, which `footnote add` does not need

    return StoredLibraryLog(store_of(config, url), config.tenant, url, config.bot_directory)


def _set_aside(moving: Path, moved: Path) -> None:
    """Put a log that was moved to the database behind those that were moved before it. Raises OSError."""
    if moved.exists():
        with moved.open("ab") as target:
            target.write(moving.read_bytes())
        moving.unlink()
    else:
        moving.replace(moved)


def _change_now(who: str | int, action: str, file: str, url: str | None, server: int | None) -> LibraryChange:
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return LibraryChange(time, None if server is None else str(server), str(who), action, file, url)


def _append(path: Path, change: LibraryChange) -> None:
    """Append a change to the log that is the file `path`. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Begins with a line break, so that a line that a full disk cut short spoils no other.
    line = f"\n{json.dumps(asdict(change))}".encode()
    target = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(target, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(target)


def _storable(text: object) -> str | None:
    """Return a value of the log as the database can hold it."""
    return None if text is None else replace_surrogates(str(text)).replace("\0", "\ufffd")


def _begins_before(block: bytes, time: str) -> bool:
    """Tell whether the first whole line of a block is older."""
    first = next(_changes(block.partition(b"\n")[2]), None)
    return first is not None and first.time < time


def _changes(content: bytes) -> Iterator[LibraryChange]:
    for line in content.decode("utf-8", errors="replace").splitlines():
        try:
            values: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict) and tuple(values) == _FIELDS:
            yield LibraryChange(**values)
