"""The index folder: generations published by an atomic swap of one pointer, checksummed, never half.

    current                     which generation answers, with the checksum of its manifest
    generations/<number>/       one whole index: manifest.json and the files that it lists
    encoders/<model>/           the exported encoder, shared by generations, with a manifest of its own
    readers/<model>/            the exported reader, likewise, where one is named
    lock, writer                held by the one process that writes; its number, for the others' message

A writer fills a draft beside the generations, syncs it to the disk, renames it, and only then points
`current` at it. Readers take no lock and write nothing; what they opened stays readable when it is replaced.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from index.errors import (
    ConfigurationError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    Reason,
)

SCHEMA = 3  # of everything in the index folder; raise it with every change to names or contents of its files

_POINTER = "current"
_MANIFEST = "manifest.json"
_OURS = re.compile(r"[0-9]{6,}|draft-.*|[0-9a-f]{16,64}")  # what cleaning may delete; nobody else's files
_ATTEMPTS = 10

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Export:
    """An exported model: its folder, and the checksum of the manifest there."""

    folder: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole index: its folder, its exported encoder's, what shaped it, its counts and measurements.

    `reader` is the exported reader, None where none is named. It is not looked at before `check_reader`.
    `files` holds the checksums of the files in `folder`, by name.
    """

    folder: Path
    encoder: Path
    reader: Export | None
    fingerprint: Json
    facts: Json
    files: Mapping[str, str]


def open_current(root: Path, load: Callable[[Generation], T], check: bool = True) -> T:
    """Return what `load` makes of the current generation, its files compared with their checksums if `check`.

    Where a writer replaced and removed the generation meanwhile, the new one is opened. Raises
    IndexMissingError, IndexStaleError for another schema, IndexDamagedError, and ConfigurationError where the
    path of `root` is no UTF-8.
    """
    _check_path(root)
    for attempt in range(_ATTEMPTS):
        pointer = _read_pointer(root)
        try:
            return load(_generation(root, pointer, check))
        except (IndexDamagedError, FileNotFoundError) as error:
            if attempt + 1 < _ATTEMPTS and _read_pointer(root) != pointer:
                continue
            if isinstance(error, IndexDamagedError):
                raise
            raise _damaged(root, error) from error
    raise AssertionError("the last attempt returns or raises")


def check_encoder(folder: Path) -> None:
    """Compare the files of the exported encoder in `folder` with their checksums.

    Apart from `open_current`, so that it can run while something else is loaded. Raises IndexDamagedError.
    """
    _check_files(folder, _read_json(folder / _MANIFEST))


def check_reader(reader: Export) -> None:
    """Compare the files of an exported reader with their checksums. Raises IndexDamagedError."""
    _check_files(reader.folder, _read_json(reader.folder / _MANIFEST, reader.sha256))


@contextmanager
def writing(root: Path, wait: float) -> Iterator[None]:
    """Hold the writers' lock of the index folder `root`, which is made if need be.

    Waits up to `wait` seconds for another writer, then raises IndexBusyError. Raises ConfigurationError where
    the path is no UTF-8.
    """
    _check_path(root)
    from filelock import FileLock, Timeout  # 50 ms that no reader pays

    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / "lock", timeout=wait)
    writer = root / "writer"
    try:
        lock.acquire()
    except Timeout:
        number = ""
        with suppress(OSError, ValueError):
            number = f" (process {int(writer.read_text(encoding='ascii'))})"
        raise IndexBusyError(
            f"another process{number} is writing the index in {root}", "Wait until it is done, or stop it."
        ) from None
    try:
        writer.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            writer.unlink(missing_ok=True)
        lock.release()


@contextmanager
def new_generation(
    root: Path,
    encoder: Path,
    fingerprint: Mapping[str, Any],
    facts: Json,
    *,
    reader: Export | None = None,
    checksums: Json | None = None,
) -> Iterator[Path]:
    """Give an empty folder to fill; when the block ends, what is in it becomes the current index of `root`.

    Until the last step of this the earlier generation answers. The lock is held; `facts` may be filled in
    the block. `checksums` are known ones, by file, as the manifest has them. Raises OSError.
    """
    generations = root / "generations"
    with _draft(generations) as made:
        yield made
        _seal(
            made,
            {
                "fingerprint": dict(fingerprint),
                "facts": facts,
                "encoder": {"name": encoder.name, "sha256": _sha256(encoder / _MANIFEST)},
                "reader": reader and {"name": reader.folder.name, "sha256": reader.sha256},
            },
            checksums or {},
        )
        numbers = [int(path.name) for path in generations.iterdir() if _is_generation(path.name)]
        name = f"{max(numbers, default=0) + 1:06d}"
        made.rename(generations / name)
        _sync(generations)
    previous = _pointer_or_none(root)
    pointer = {
        "schema": SCHEMA,
        "generation": name,
        "sha256": _sha256(generations / name / _MANIFEST),
        "previous": previous["generation"] if previous else None,
    }
    fresh = root / f"{_POINTER}.new"
    fresh.write_text(json.dumps(pointer) + "\n", encoding="utf-8")
    _sync(fresh)
    fresh.replace(root / _POINTER)
    _sync(root)
    clean(root)


def put_encoder(root: Path, name: str, export: Callable[[Path], None]) -> Path:
    """Store what `export` writes to the folder that it is given as the encoder `name`; return its folder.

    The lock is held. Raises OSError and what `export` raises.
    """
    return _put(root / "encoders" / name, export)


def find_reader(root: Path, name: str, known: Export | None) -> Export | None:
    """Return the exported reader `name` where there is a whole one: if it is the `known` one, that very one.

    The lock is held.
    """
    folder = root / "readers" / name
    try:
        found = known if known and known.folder == folder else Export(folder, _sha256(folder / _MANIFEST))
        check_reader(found)
    except (OSError, IndexDamagedError):
        return None
    return found


def put_reader(root: Path, name: str, export: Callable[[Path], None]) -> Export:
    """Store what `export` writes to the folder that it is given as the reader `name`; see `put_encoder`."""
    folder = _put(root / "readers" / name, export)
    return Export(folder, _sha256(folder / _MANIFEST))


@contextmanager
def same_generation(root: Path, earlier: Generation, but: str, reader: Export | None) -> Iterator[Path]:
    """Give a folder with the files of `earlier` except `but`; it is published as `new_generation` does.

    The files keep their checksums, so that they are not read here, and damage stays damage.
    """
    files: Json = _read_json(earlier.folder / _MANIFEST)["files"]
    files.pop(but)
    with new_generation(
        root, earlier.encoder, earlier.fingerprint, earlier.facts, reader=reader, checksums=files
    ) as made:
        for name in files:
            try:
                (made / name).hardlink_to(earlier.folder / name)
            except OSError:  # a file system without links
                shutil.copyfile(earlier.folder / name, made / name)
        yield made


def clean(root: Path) -> None:
    """Delete what interrupted writers left, and what is older than the previous generation; the lock is held.

    The previous generation stays for readers that are just opening it.
    """
    pointer = _pointer_or_none(root)
    if pointer is None:
        return
    generations = {pointer["generation"], pointer["previous"]}
    encoders, readers = set(), set()
    for name in generations - {None}:
        with suppress(IndexDamagedError, KeyError, TypeError):
            manifest = _read_json(root / "generations" / name / _MANIFEST)
            encoders.add(manifest["encoder"]["name"])
            readers.add(manifest["reader"] and manifest["reader"]["name"])
    for folder, kept in (("generations", generations), ("encoders", encoders), ("readers", readers)):
        for path in (root / folder).glob("*"):
            if path.name not in kept and _OURS.fullmatch(path.name) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        (root / f"{_POINTER}.new").unlink(missing_ok=True)


def _put(target: Path, export: Callable[[Path], None]) -> Path:
    with _draft(target.parent) as made:
        export(made)
        _seal(made, {}, {})
        shutil.rmtree(target, ignore_errors=True)  # a damaged one; a whole one is never put again
        made.rename(target)
        _sync(target.parent)
    return target


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    made = folder / f"draft-{os.getpid()}-{secrets.token_hex(4)}"
    made.mkdir()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _seal(folder: Path, about: Json, checksums: Json) -> None:
    """Add the manifest, which lists every file, and see that all of it is on the disk."""
    paths = sorted(path for path in folder.iterdir())
    files = {
        path.name: checksums.get(path.name) or {"size": path.stat().st_size, "sha256": _sha256(path)}
        for path in paths
    }
    manifest = folder / _MANIFEST
    text = json.dumps({"schema": SCHEMA, **about, "files": files}, indent=1)
    manifest.write_text(text + "\n", encoding="utf-8")
    for path in (*paths, manifest, folder):
        _sync(path)


def _sync(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _generation(root: Path, pointer: Json, check: bool) -> Generation:
    folder = root / "generations" / pointer["generation"]
    manifest = _read_json(folder / _MANIFEST, pointer["sha256"])
    try:
        encoder = root / "encoders" / manifest["encoder"]["name"]
        _read_json(encoder / _MANIFEST, manifest["encoder"]["sha256"])
        named = manifest["reader"]
        reader = named and Export(root / "readers" / named["name"], named["sha256"])
        files = {name: file["sha256"] for name, file in manifest["files"].items()}
        generation = Generation(folder, encoder, reader, manifest["fingerprint"], manifest["facts"], files)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder / _MANIFEST, error) from error
    if check:
        _check_files(folder, manifest)
    return generation


def _check_files(folder: Path, manifest: Json) -> None:
    try:
        for name, expected in manifest["files"].items():
            path = folder / name
            if path.stat().st_size != expected["size"]:
                raise _damaged(path, f"{path.stat().st_size} bytes instead of {expected['size']}")
            if _sha256(path) != expected["sha256"]:
                raise _damaged(path, "its content has changed")
    except OSError as error:
        raise _damaged(folder / str(name), error.strerror or error) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder / _MANIFEST, error) from error


def _check_path(root: Path) -> None:
    """Raise for a path that SQLite, FAISS and the tokenizer cannot be given: all three take UTF-8 alone."""
    shown = os.fsencode(root).decode(errors="backslashreplace")
    if shown != str(root):
        raise ConfigurationError(
            f"{shown}: the path of the index folder is not UTF-8",
            reason=Reason.INDEX_FOLDER_NOT_UTF8,
        )


def _read_pointer(root: Path) -> Json:
    path = root / _POINTER
    if not path.exists():
        raise IndexMissingError(f"there is no index in {root}")
    pointer = _read_json(path)
    schema = pointer.get("schema")
    if isinstance(schema, int) and schema != SCHEMA:
        age = "a newer" if schema > SCHEMA else "an older"
        raise IndexStaleError(
            f"the index in {root} was written by {age} version of Footnote (schema {schema}, here {SCHEMA})"
        )
    previous = pointer.get("previous", "")
    if not (
        schema == SCHEMA
        and isinstance(pointer.get("sha256"), str)
        and _is_generation(pointer.get("generation"))
        and (previous is None or _is_generation(previous))
    ):
        raise _damaged(path, "not written by Footnote")
    return pointer


def _pointer_or_none(root: Path) -> Json | None:
    try:
        return _read_pointer(root)
    except (IndexMissingError, IndexDamagedError, IndexStaleError):
        return None


def _is_generation(name: object) -> bool:
    return isinstance(name, str) and re.fullmatch(r"\d{6,}", name, re.ASCII) is not None


def _read_json(path: Path, sha256: str | None = None) -> Json:
    try:
        content = path.read_bytes()
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(path, "its content has changed")
        value = json.loads(content)
    except OSError as error:
        raise _damaged(path, error.strerror or error) from error
    except ValueError as error:
        raise _damaged(path, "not written by Footnote") from error
    if not isinstance(value, dict):
        raise _damaged(path, "not written by Footnote")
    return value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, problem: object) -> IndexDamagedError:
    return IndexDamagedError(f"{path}: {problem}")
