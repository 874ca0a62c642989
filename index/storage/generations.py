"""Generations of an index: complete, checksummed, and published by atomically replacing one pointer.

    current                     which generation answers, with the checksum of its manifest
    generations/<number>/       one complete index: manifest.json and the files that it lists
    encoders/<model>/           the exported encoder, shared by generations, with a manifest of its own
    readers/<model>/            the exported reader, likewise, if one is named
    verified                    which big files a writer compared with their checksums, and when they changed
    lock, writer                held by the one process that writes; its process ID, for the others' message
    written-by-footnote         the proof that the folder is an index's; in drafts, too

A writer fills a draft beside the generations, syncs it to the disk, renames it, and only then points
`current` at it. Readers take no lock and write nothing; what they opened stays readable when it is replaced.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from index.checksums import file_sha256
from index.errors import (
    ConfigurationError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    Reason,
)
from index.storage.fingerprint import Fingerprint
from index.storage.index_folder import (
    ENCODERS,
    GENERATIONS,
    LOCK,
    MARKER,
    POINTER,
    READERS,
    WRITER,
    check_ownership,
    delete_own_files,
    is_deletable,
    mark,
)
from index.storage.manifest import (
    MANIFEST_FILE,
    Facts,
    Json,
    check_files,
    damaged,
    read_json,
    sync,
    write_manifest,
)
from index.storage.verified_files import remember, stamps, verified

SCHEMA = 7  # of everything in the index folder; raise it with every change to names or contents of its files

_OPEN_ATTEMPTS = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ExportedReader:
    """The folder of an exported reader, and the checksum of the manifest there."""

    folder: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete index in `folder`, and the folder of its exported `encoder`.

    `exported_reader` is None if no reader is named; `check_reader` compares it with its checksums.
    `files` holds the checksums of the files in `folder`, by name.
    """

    folder: Path
    encoder: Path
    exported_reader: ExportedReader | None
    fingerprint: Fingerprint
    facts: Facts
    files: Mapping[str, str]

    @property
    def name(self) -> str:
        """Name of the generation; every publication has another."""
        return self.folder.name


@dataclass(slots=True)
class GenerationDraft:
    """A generation that is being written: what is in `folder`, and `facts`, when the draft is published."""

    folder: Path
    facts: Facts


def open_current(
    root: Path, load: Callable[[Generation], T], check: bool = True, everything: bool = False
) -> T:
    """Return what `load` returns for the current generation, after comparing its files with their checksums.

    `check=False` omits the comparison; without `everything`, big files that are as a writer left them are not
    read. If a writer replaces and removes the generation meanwhile, the new one is opened. Raises
    IndexMissingError, IndexStaleError for another schema, IndexDamagedError, and ConfigurationError if the
    path of `root` is not UTF-8.
    """
    _check_path(root)
    for attempt in range(_OPEN_ATTEMPTS):
        pointer = _read_pointer(root)
        try:
            return load(_generation(root, pointer, check, everything))
        except (IndexDamagedError, FileNotFoundError) as error:
            if attempt + 1 < _OPEN_ATTEMPTS and _read_pointer(root) != pointer:
                continue
            if isinstance(error, IndexDamagedError):
                raise
            raise damaged(root, error) from error
    raise AssertionError("the last attempt returns or raises")


def check_encoder(folder: Path) -> None:
    """Compare the files of the exported encoder in `folder` with their checksums.

    `open_current` leaves this to its caller, who can load something else at the same time. Raises
    IndexDamagedError.
    """
    check_files(folder, read_json(folder / MANIFEST_FILE))


def check_reader(exported: ExportedReader) -> None:
    """Compare the files of an exported reader with their checksums. Raises IndexDamagedError."""
    check_files(exported.folder, read_json(exported.folder / MANIFEST_FILE, exported.sha256))


@contextmanager
def writers_lock(root: Path, wait: float) -> Iterator[None]:
    """Hold the writers' lock of the index folder `root`, creating the folder if necessary.

    Waits up to `wait` seconds for another writer, then raises IndexBusyError. Raises ConfigurationError if
    the path is not UTF-8, or if the folder holds what no index does: then nothing in it is touched.
    """
    _check_path(root)
    check_ownership(root)
    from filelock import FileLock, Timeout  # 50 ms that only writers pay

    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / LOCK, timeout=wait)
    writer = root / WRITER
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
        mark(root)
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
    fingerprint: Fingerprint,
    *,
    exported_reader: ExportedReader | None = None,
    checksums: Json | None = None,
    unread: Container[str] = (),
) -> Iterator[GenerationDraft]:
    """Yield an empty draft to fill; when the block ends, it becomes the current index of `root`.

    Until the last step of this the previous generation answers. The caller holds the lock. `checksums` are
    those already known, as a manifest lists them; `unread` files nobody has compared. Raises OSError.
    """
    generations = root / GENERATIONS
    with _draft_folder(generations) as folder:
        draft = GenerationDraft(folder, Facts())
        yield draft
        seen = stamps(folder)
        files = _complete(
            folder,
            {
                "schema": SCHEMA,
                "fingerprint": asdict(fingerprint),
                "facts": asdict(draft.facts),
                "encoder": {"name": encoder.name, "sha256": file_sha256(encoder / MANIFEST_FILE)},
                "reader": exported_reader
                and {"name": exported_reader.folder.name, "sha256": exported_reader.sha256},
            },
            checksums or {},
        )
        numbers = [int(path.name) for path in generations.iterdir() if _is_generation(path.name)]
        name = f"{max(numbers, default=0) + 1:06d}"
        folder.rename(generations / name)
        sync(generations)
    previous = _pointer_or_none(root)
    pointer = {
        "schema": SCHEMA,
        "generation": name,
        "sha256": file_sha256(generations / name / MANIFEST_FILE),
        "previous": previous["generation"] if previous else None,
    }
    new_pointer = root / f"{POINTER}.new"
    new_pointer.write_text(json.dumps(pointer) + "\n", encoding="utf-8")
    sync(new_pointer)
    new_pointer.replace(root / POINTER)
    sync(root)
    _delete_old_generations(root)
    remember(root, generations / name, files, seen, unread)  # last: links that go change a file's status


def put_encoder(root: Path, name: str, export: Callable[[Path], None]) -> Path:
    """Store what `export` writes to the folder passed to it as the encoder `name`; return its folder.

    The caller holds the lock. Raises OSError and what `export` raises.
    """
    return _store_export(root / ENCODERS / name, export)


def find_reader(root: Path, name: str, previous: ExportedReader | None) -> ExportedReader | None:
    """Return the exported reader `name` if it is complete, and `previous` itself if that is the one.

    The caller holds the lock.
    """
    folder = root / READERS / name
    try:
        if previous and previous.folder == folder:
            exported = previous
        else:
            exported = ExportedReader(folder, file_sha256(folder / MANIFEST_FILE))
        check_reader(exported)
    except (OSError, IndexDamagedError):
        return None
    return exported


def put_reader(root: Path, name: str, export: Callable[[Path], None]) -> ExportedReader:
    """Store the files that `export` writes as the reader `name`; see `put_encoder`."""
    folder = _store_export(root / READERS / name, export)
    return ExportedReader(folder, file_sha256(folder / MANIFEST_FILE))


@contextmanager
def copy_generation(
    root: Path, previous: Generation, kept: Container[str], exported_reader: ExportedReader | None
) -> Iterator[GenerationDraft]:
    """Yield a draft with those files of `previous` that are `kept`; it is published as by `new_generation`.

    They keep their checksums: they are not read here, and a damaged one is still recognised as damaged.
    """
    listed: Json = read_json(previous.folder / MANIFEST_FILE)["files"]
    unread = set(listed) - verified(root, previous.folder, listed)
    files = {name: file for name, file in listed.items() if name in kept}
    draft_of = partial(new_generation, root, previous.encoder, previous.fingerprint)
    with draft_of(exported_reader=exported_reader, checksums=files, unread=unread) as draft:
        draft.facts = previous.facts
        for name in files:
            try:
                (draft.folder / name).hardlink_to(previous.folder / name)
            except OSError:  # a file system without links
                shutil.copyfile(previous.folder / name, draft.folder / name)
                unread.add(name)
        yield draft


def _delete_old_generations(root: Path) -> None:
    """Delete what interrupted writers left, and generations before the previous one.

    The previous one stays for processes that are just opening it.
    """
    pointer = _pointer_or_none(root)
    if pointer is None:
        return
    generations = {pointer["generation"], pointer["previous"]}
    encoders, readers = set(), set()
    for name in generations - {None}:
        with suppress(IndexDamagedError, KeyError, TypeError):
            manifest = read_json(root / GENERATIONS / name / MANIFEST_FILE)
            encoders.add(manifest["encoder"]["name"])
            readers.add(manifest["reader"] and manifest["reader"]["name"])
    for folder, in_use in ((GENERATIONS, generations), (ENCODERS, encoders), (READERS, readers)):
        for path in (root / folder).glob("*"):
            if path.name not in in_use and is_deletable(path):
                delete_own_files(path)
    with suppress(OSError):
        (root / f"{POINTER}.new").unlink(missing_ok=True)


def _store_export(target: Path, export: Callable[[Path], None]) -> Path:
    with _draft_folder(target.parent) as folder:
        export(folder)
        _complete(folder, {"schema": SCHEMA}, {})
        delete_own_files(target)  # a damaged one; a complete one is never stored again
        if target.exists():  # something else is in it, or nothing proves what is
            target.rename(target.with_name(f"{target.name}.{secrets.token_hex(4)}"))
        folder.rename(target)
        sync(target.parent)
    return target


@contextmanager
def _draft_folder(parent: Path) -> Iterator[Path]:
    parent.mkdir(exist_ok=True)
    folder = parent / f"draft-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        mark(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _complete(folder: Path, values: Json, checksums: Json) -> Json:
    """Add its manifest, which now proves what is in the folder, to a draft; return the files' checksums."""
    files = write_manifest(folder, values, checksums, unlisted=MARKER)
    (folder / MARKER).unlink()
    return files


def _generation(root: Path, pointer: Json, check: bool, everything: bool) -> Generation:
    folder = root / GENERATIONS / pointer["generation"]
    manifest = read_json(folder / MANIFEST_FILE, pointer["sha256"])
    try:
        encoder = root / ENCODERS / manifest["encoder"]["name"]
        read_json(encoder / MANIFEST_FILE, manifest["encoder"]["sha256"])
        reader = manifest["reader"]
        generation = Generation(
            folder,
            encoder,
            reader and ExportedReader(root / READERS / reader["name"], reader["sha256"]),
            Fingerprint(**manifest["fingerprint"]),
            Facts(**manifest["facts"]),
            {name: file["sha256"] for name, file in manifest["files"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged(folder / MANIFEST_FILE, error) from error
    if check:
        check_files(folder, manifest, () if everything else verified(root, folder, manifest["files"]))
    return generation


def _check_path(root: Path) -> None:
    """Raise ConfigurationError for a path that is not UTF-8: SQLite, FAISS and the tokenizer need UTF-8."""
    shown = os.fsencode(root).decode(errors="backslashreplace")
    if shown != str(root):
        raise ConfigurationError(
            f"{shown}: the path of the index folder is not UTF-8",
            reason=Reason.INDEX_FOLDER_NOT_UTF8,
        )


def _read_pointer(root: Path) -> Json:
    path = root / POINTER
    if not path.exists():
        raise IndexMissingError(f"there is no index in {root}")
    pointer = read_json(path)
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
        raise damaged(path, "not written by Footnote")
    return pointer


def _pointer_or_none(root: Path) -> Json | None:
    try:
        return _read_pointer(root)
    except (IndexMissingError, IndexDamagedError, IndexStaleError):
        return None


def _is_generation(name: object) -> bool:
    return isinstance(name, str) and re.fullmatch(r"\d{6,}", name, re.ASCII) is not None
