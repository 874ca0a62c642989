"""Graphs of exported models, loaded once a process: they have no state, and loading one takes long."""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime
import pytest

from index.errors import Role
from index.models import encoder, exported_model, span_model

KEPT = 4


def share_sessions(patch: pytest.MonkeyPatch) -> None:
    """Have the encoders and readers of this process share the graphs of the same files."""
    kept: dict[object, onnxruntime.InferenceSession] = {}

    def load_session(
        role: Role,
        path: Path,
        *,
        threads: int | None,
        disabled_optimizers: Sequence[str] = (),
        weights_file: str = "",
    ) -> onnxruntime.InferenceSession:
        files = [path, *([path.parent / weights_file] if weights_file else [])]
        options = (role, threads, *disabled_optimizers)
        key = None if not all(file.exists() for file in files) else (*map(_identity, files), options)
        session = kept.pop(key, None) or exported_model.load_session(
            role,
            path,
            threads=threads,
            disabled_optimizers=disabled_optimizers,
            weights_file=weights_file,
        )
        if key:
            kept[key] = session
            while len(kept) > KEPT:
                kept.pop(next(iter(kept)), None)
        return session

    patch.setattr(encoder, "load_session", load_session)
    patch.setattr(span_model, "load_session", load_session)


def _identity(file: Path) -> tuple[int, ...]:
    """Return what differs for another file, and for another content of the same file."""
    status = file.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
