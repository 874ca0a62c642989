"""Index folder: the names of its entries, and the proof that this program wrote what is in it.

A folder is an index's if it holds the marker, whose text nobody else writes. One that an earlier version
wrote has none: there, a manifest proves it. What cannot be proven is never replaced or deleted.
"""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from index.config import Config
from index.errors import ConfigurationError, IndexDamagedError, Reason
from index.storage.manifest import MANIFEST_FILE, read_json, sync

POINTER = "current"
GENERATIONS = "generations"
ENCODERS = "encoders"
READERS = "readers"
LOCK = "lock"
WRITER = "writer"
MARKER = "written-by-footnote"

_MARKER_TEXT = (
    b"Footnote wrote this folder, and replaces and deletes what it wrote here.\n"
    b"Keep none of your own files in it.\n"
)
_NEW_MARKER = f"{MARKER}.new"
_FOLDERS = (GENERATIONS, ENCODERS, READERS)
_ENTRIES = {POINTER, *_FOLDERS, LOCK, WRITER, _NEW_MARKER, MARKER}
_SMALL = 1000  # bytes
_WRITERS_FILES = {LOCK: re.compile(rb""), WRITER: re.compile(rb"[0-9]{0,20}")}
_DRAFT = r"draft-[0-9]+-[0-9a-f]{8}"
# The names of folders that may be deleted once their content is proven: "000012", the hash of an export,
# "draft-4711-0f3a5b7c".
_DELETABLE = re.compile(rf"[0-9]{{6,}}|[0-9a-f]{{32}}|{_DRAFT}")


def check_index_folder(config: Config) -> None:
    """Raise ConfigurationError if the index would be written among files that are not an index's."""
    root = config.index_directory.resolve()
    if config.corpus_directory.resolve().is_relative_to(root):
        raise _occupied(config.named("index.directory"), root, "the articles are in it")
    check_ownership(root, config.named("index.directory"))


def check_ownership(root: Path, name: str = "index folder") -> None:
    """Raise ConfigurationError unless `root` is an index's or can become one; `name` says what names it.

    Touches nothing.
    """
    existing = next(path for path in (root, *root.parents) if os.path.lexists(path))
    if not existing.is_dir():
        raise ConfigurationError(
            f"{name}: expected a folder ({existing} is {_kind(existing)})",
            reason=Reason.INDEX_FOLDER_OCCUPIED,
        )
    try:
        names = {path.name for path in root.iterdir()}
    except OSError:  # there is none yet; if it cannot be read, writing it says so
        return
    if is_marked(root) or (all(map(_is_empty, root.iterdir()))):
        return
    if not names & _ENTRIES:
        raise _occupied(name, root, "other files are in it")
    if not _is_proven(root):
        raise _occupied(name, root, "nothing proves that Footnote wrote what is in it")


def is_marked(folder: Path) -> bool:
    """Tell whether the marker is in `folder`, with the text that this program writes."""
    return _small_content(folder / MARKER) == _MARKER_TEXT


def mark(folder: Path) -> None:
    """Put the marker into `folder`, whole or not at all. Raises OSError."""
    if is_marked(folder):
        return
    new = folder / _NEW_MARKER
    new.write_bytes(_MARKER_TEXT)
    sync(new)
    new.replace(folder / MARKER)
    sync(folder)


def is_deletable(folder: Path) -> bool:
    """Tell whether a folder among the generations or the exports has a name that this program gives."""
    return _DELETABLE.fullmatch(folder.name) is not None and folder.is_dir() and not folder.is_symlink()


def delete_own_files(folder: Path) -> None:
    """Delete what this program wrote into a generation, an export or a draft, and the folder if that is all.

    In a draft, that is everything; otherwise the files that the manifest lists. What cannot be deleted stays.
    """
    with suppress(OSError):
        if is_marked(folder) or all(map(_is_empty, folder.iterdir())):
            shutil.rmtree(folder, ignore_errors=True)
        if files := _listed_files(folder):
            for name in (*files, MANIFEST_FILE):  # that one last: it proves the others
                (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _is_proven(root: Path) -> bool:
    """Tell whether an earlier version, which left no marker, wrote an index to `root`."""
    if not all(_is_writers_file(root / name) for name in _WRITERS_FILES if os.path.lexists(root / name)):
        return False
    with suppress(IndexDamagedError, KeyError, TypeError):
        pointer = read_json(root / POINTER)
        name, sha256 = pointer["generation"], pointer["sha256"]
        if _DELETABLE.fullmatch(name) and _listed_files(root / GENERATIONS / name, str(sha256)):
            return True
    return any(
        is_deletable(folder) and _is_complete(folder)
        for parent in _FOLDERS
        for folder in (root / parent).glob("*")
    )


def _is_complete(folder: Path) -> bool:
    """Tell whether a folder holds the files of its manifest, with their sizes, and at least one."""
    files = _listed_files(folder)
    with suppress(OSError):
        return bool(files) and all((folder / name).stat().st_size == size for name, size in files.items())
    return False


def _listed_files(folder: Path, sha256: str | None = None) -> dict[str, int]:
    """Return the files that the manifest of `folder` lists, with their sizes; none if it is not a manifest.

    `sha256` is the manifest's checksum, if that is known.
    """
    try:
        manifest = read_json(folder / MANIFEST_FILE, sha256)
        files = {name: file["size"] for name, file in manifest["files"].items() if len(file["sha256"]) == 64}
    except (IndexDamagedError, KeyError, TypeError, AttributeError):
        return {}
    plain = all(Path(name).name == name for name in files)
    return files if plain and isinstance(manifest.get("schema"), int) else {}


def _is_empty(path: Path) -> bool:
    """Tell whether an entry of a folder holds no more than a writer leaves that is killed as it begins."""
    if path.name in _FOLDERS:
        return path.is_dir() and not path.is_symlink() and not any(path.iterdir())
    if path.name == _NEW_MARKER:
        content = _small_content(path)
        return content is not None and _MARKER_TEXT.startswith(content)
    return path.name in _WRITERS_FILES and _is_writers_file(path)


def _is_writers_file(path: Path) -> bool:
    """Tell whether a lock, or the file that names the writer, has the content that this program writes."""
    content = _small_content(path)
    return content is not None and _WRITERS_FILES[path.name].fullmatch(content) is not None


def _small_content(path: Path) -> bytes | None:
    """Return the content of a small file; None for another file, a link, or what cannot be read."""
    with suppress(OSError):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < _SMALL:
            return path.read_bytes()
    return None


def _kind(path: Path) -> str:
    if path.is_symlink() and not path.exists():
        return "a broken link"
    return "a file" if path.is_file() else "a device"


def _occupied(name: str, root: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name}: expected a folder of the index's own (found {root}: {why})",
        reason=Reason.INDEX_FOLDER_OCCUPIED,
    )
