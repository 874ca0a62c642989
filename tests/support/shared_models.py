"""Models that are loaded and checked once a process, and that compute the same once: tests ask alike."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from index import checksums
from index.errors import Role
from index.models import encoder, exported_model, span_model, support_model
from index.storage import manifest

T = TypeVar("T")

LARGE = 1_000_000
"""Bytes of a file whose checksum is kept; that of a smaller one is computed each time, as in the program."""


class RecentResults(dict[object, T]):
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


def share_models(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Load a graph and a tokenizer once in this process, hash a large file once, and compute the same once.

    Neither has a state that a question would change. What graphs compute is kept in `folder`, for all
    processes that share it.
    """
    sessions = RecentResults[RememberedRuns](4)
    tokenizers = RecentResults[Tokenizer](8)
    hashes = RecentResults[str](32)
    file_sha256 = checksums.file_sha256

    def load_session(role: Role, path: Path, **options: Any) -> RememberedRuns:
        weights = [path.parent / options["weights_file"]] if options.get("weights_file") else []
        files, how = [path, *weights], (role, repr(options))

        def load() -> RememberedRuns:
            session = exported_model.load_session(role, path, **options)
            return RememberedRuns(session, folder, repr((*map(_identity, files), *how)))

        return sessions.take(files, load, *how)

    def load_tokenizer(role: Role, path: Path) -> Tokenizer:
        return tokenizers.take([path], lambda: exported_model.load_tokenizer(role, path), role)

    def hash_once(path: Path) -> str:
        if not path.exists() or path.stat().st_size < LARGE:
            return file_sha256(path)
        return hashes.take([path], lambda: file_sha256(path))

    for module in (encoder, span_model, support_model):
        patch.setattr(module, "load_session", load_session)
    for module in (encoder, span_model):
        patch.setattr(module, "load_tokenizer", load_tokenizer)
    for module in (checksums, manifest, span_model, support_model):
        patch.setattr(module, "file_sha256", hash_once)


class RememberedRuns:
    """A session that computes what it is given once; what it computes depends on nothing else."""

    remembers = True
    """Whether a result may be one that was computed before; see `compute_anew`."""

    def __init__(self, session: onnxruntime.InferenceSession, folder: Path, model: str) -> None:
        self._session = session
        self._folder = folder
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Sequence[str] | None, feed: dict[str, Any], options: Any = None) -> Any:
        """Compute the outputs, or return them as they were computed before."""
        if not self.remembers:
            return self._session.run(outputs, feed, options)
        key = sha256(f"{self._model} {outputs}".encode())
        for name, array in feed.items():
            key.update(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes())
        path = self._folder / key.hexdigest()
        try:
            with path.open(
                "rb"
            ) as file:  # no np.load: it parses with `ast`, which fails in deep stacks at times
                forms = json.loads(file.readline())
                return [
                    np.frombuffer(file.read(size), dtype=kind).reshape(shape).copy()
                    for kind, shape, size in forms
                ]
        except FileNotFoundError:
            results = self._session.run(outputs, feed, options)
        forms = [(array.dtype.str, array.shape, array.nbytes) for array in results]
        draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        draft.write_bytes(
            b"".join([json.dumps(forms).encode(), b"\n", *(array.tobytes() for array in results)])
        )
        draft.replace(path)
        return results


@contextmanager
def compute_anew() -> Iterator[None]:
    """Have models compute all that they are asked meanwhile, for tests of what they compute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RememberedRuns, "remembers", False)
        patch.setattr(span_model, "TEXTS_KEPT", 0)
        yield


def _identity(file: Path) -> tuple[int, ...]:
    """Return what differs for another file, and for another content of the same file."""
    status = file.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
