"""Manifests: the list of a folder's files with their sizes and checksums, so that damage is recognised."""

import hashlib
import json
import os
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.checksums import file_sha256
from index.errors import IndexDamagedError

MANIFEST_FILE = "manifest.json"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts of an index, and the measured recall of its vector searches, None if the search is exact."""

    articles: int = 0
    sentences: int = 0
    passages: int = 0
    sentence_recall: float | None = None
    passage_recall: float | None = None


def write_manifest(folder: Path, values: Json, checksums: Json, unlisted: str = "") -> Json:
    """Add the manifest, which holds `values` and lists every file, and wait until all is on the disk.

    `checksums` are those already known, by file, as a manifest lists them; `unlisted` is a file to leave out.
    Returns the checksums of all files. Raises OSError.
    """
    paths = sorted(path for path in folder.iterdir() if path.name != unlisted)
    files = {
        path.name: checksums.get(path.name) or {"size": path.stat().st_size, "sha256": file_sha256(path)}
        for path in paths
    }
    manifest = folder / MANIFEST_FILE
    manifest.write_text(json.dumps({**values, "files": files}, indent=1) + "\n", encoding="utf-8")
    for path in (*paths, manifest, folder):
        sync(path)
    return files


def check_files(folder: Path, manifest: Json, verified: Container[str] = ()) -> None:
    """Compare the files of `folder` with their checksums, `verified` ones by size alone.

    Raises IndexDamagedError.
    """
    try:
        for name, expected in manifest["files"].items():
            path = folder / name
            if path.stat().st_size != expected["size"]:
                raise damaged(path, f"{path.stat().st_size} bytes instead of {expected['size']}")
            if name not in verified and file_sha256(path) != expected["sha256"]:
                raise damaged(path, "its content has changed")
    except OSError as error:
        raise damaged(folder / str(name), error.strerror or error) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged(folder / MANIFEST_FILE, error) from error


def read_json(path: Path, sha256: str | None = None) -> Json:
    """Read a JSON object, after comparing the file with its checksum `sha256`. Raises IndexDamagedError."""
    try:
        content = path.read_bytes()
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise damaged(path, "its content has changed")
        value = json.loads(content)
    except OSError as error:
        raise damaged(path, error.strerror or error) from error
    except ValueError as error:
        raise damaged(path, "not written by Footnote") from error
    if not isinstance(value, dict):
        raise damaged(path, "not written by Footnote")
    return value


def sync(path: Path) -> None:
    """Wait until the file or folder is on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def damaged(path: Path, problem: object) -> IndexDamagedError:
    """Return the error for a damaged file of the index."""
    return IndexDamagedError(f"{path}: {problem}")
