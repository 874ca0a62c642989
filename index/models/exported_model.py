"""Files of an exported model: settings, tokenizer and ONNX graph, loaded, or reported as damaged."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from index.errors import ModelDamagedError, Reason, Role
from index.json_files import read_json_file

T = TypeVar("T")

_REASONS = {
    Role.ENCODER: Reason.ENCODER_EXPORT_DAMAGED,
    Role.READER: Reason.READER_EXPORT_DAMAGED,
    Role.SUPPORT: Reason.SHIPPED_SUPPORT_DAMAGED,
}


def read_settings(role: Role, kind: type[T], path: Path) -> T:
    """Read the settings at `path` as the dataclass `kind`. Raises ModelDamagedError."""
    try:
        return read_json_file(kind, path)
    except (OSError, ValueError) as error:
        raise damaged_export(role, path, error) from None


def load_tokenizer(role: Role, path: Path) -> Tokenizer:
    """Load the tokenizer at `path`. Raises ModelDamagedError."""
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more specific
        raise damaged_export(role, path, error) from None


def load_session(
    role: Role,
    path: Path,
    *,
    threads: int | None,
    disabled_optimizers: Sequence[str] = (),
    weights_file: str = "",
) -> onnxruntime.InferenceSession:
    """Load the graph at `path`, to run on `threads` threads (None: one a core).

    `weights_file` is the file beside it that holds its weights, if there is one. Raises ModelDamagedError.
    """
    onnxruntime.disable_telemetry_events()  # else on if the program imported it before `index` turned it off
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors come as exceptions
    options.intra_op_num_threads = threads or 0
    # Threads that spin while they wait would gain nothing in a one-shot process and burn a core in a bot.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(disabled_optimizers)
        )
    except Exception as error:  # onnxruntime has a dozen unrelated classes for a graph that it cannot load
        problem = f"with {weights_file} beside it: {error}" if weights_file else error
        raise damaged_export(role, path, problem) from None


def damaged_export(role: Role, path: Path, problem: object) -> ModelDamagedError:
    """Return the error for a file that is not the one that was exported."""
    return ModelDamagedError(f"{path}: not an exported {role}: {problem}", reason=_REASONS[role], role=role)
