"""Files of models, loaded and checked once a process: they are large, and many tests open the same ones."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import onnxruntime
import pytest
from tokenizers import Tokenizer

from index import checksums
from index.errors import Role
from index.models import encoder, exported_model, span_model
from index.storage import manifest

T = TypeVar("T")

LARGE = 1_000_000
"""Bytes of a file whose checksum is kept; that of a smaller one is computed each time, as in the program."""


class Kept(dict[object, T]):
    """What was made of files lately, by what differs for another file or another content."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def take(self, files: Sequence[Path], make: Callable[[], T], *options: object) -> T:
        """Return what was made of `files` with `options`, or make it now; a failure is not kept."""
        if not all(file.exists() for file in files):
            return make()
        key = (*map(_identity, files), *options)
        self[key] = made = self.pop(key) if key in self else make()
        while len(self) > self._count:
            del self[next(iter(self))]
        return made


def share_models(patch: pytest.MonkeyPatch) -> None:
    """Have this process load the same graph and the same tokenizer once, and hash a large file once.

    Neither has a state that a question would change.
    """
    sessions = Kept[onnxruntime.InferenceSession](4)
    tokenizers = Kept[Tokenizer](8)
    hashes = Kept[str](32)
    file_sha256 = checksums.file_sha256

    def load_session(role: Role, path: Path, **options: Any) -> onnxruntime.InferenceSession:
        weights = [path.parent / options["weights_file"]] if options.get("weights_file") else []
        load = partial(exported_model.load_session, role, path, **options)
        return sessions.take([path, *weights], load, role, repr(options))

    def load_tokenizer(role: Role, path: Path) -> Tokenizer:
        return tokenizers.take([path], lambda: exported_model.load_tokenizer(role, path), role)

    def sha256(path: Path) -> str:
        if not path.exists() or path.stat().st_size < LARGE:
            return file_sha256(path)
        return hashes.take([path], lambda: file_sha256(path))

    for module in (encoder, span_model):
        patch.setattr(module, "load_session", load_session)
        patch.setattr(module, "load_tokenizer", load_tokenizer)
    for module in (checksums, manifest, span_model):
        patch.setattr(module, "file_sha256", sha256)


class RememberedRuns:
    """A session that computes what it is given once; what it computes depends on nothing else."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._results: dict[tuple[bytes, ...], Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Sequence[str], feed: dict[str, Any]) -> Any:
        """Compute the outputs, or return them as they were computed before."""
        key = tuple(array.tobytes() for array in feed.values())
        if key not in self._results:
            self._results[key] = self._session.run(outputs, feed)
        return self._results[key]


def remember_readings(patch: pytest.MonkeyPatch) -> None:
    """Have readers that are loaded from here on read a text for a question once.

    For tests of what is made of answers: hundreds of them ask the same few questions.
    """
    load_session = span_model.load_session

    def load(role: Role, path: Path, **options: Any) -> RememberedRuns:
        return _remembered_runs(load_session(role, path, **options))

    patch.setattr(span_model, "load_session", load)


@lru_cache(4)
def _remembered_runs(session: onnxruntime.InferenceSession) -> RememberedRuns:
    return RememberedRuns(session)


def _identity(file: Path) -> tuple[int, ...]:
    """Return what differs for another file, and for another content of the same file."""
    status = file.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
