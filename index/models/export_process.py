"""Export of an encoder in a process of its own: frameworks keep hundreds of MB until their process ends."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from index.errors import ModelDamagedError, ModelMissingError, Reason

PROGRAM = "import sys; sys.path[:] = {path!r}; from index.models.export_process import main; main()"
"""What the child runs; it gets this process's path, in which the package may have been found."""


@dataclass(frozen=True, slots=True)
class ExportFailure:
    """Why the export failed: an error of the model, or, with its `errno`, of the disk."""

    message: str
    remedy: str = ""
    reason: Reason | None = None
    missing: bool = False
    errno: int | None = None


_FAILURE = TypeAdapter(ExportFailure)


def export_encoder(model_folder: Path, target: Path, program: str = PROGRAM) -> None:
    """Export the model in `model_folder` to the folder `target`, for `Encoder.load`.

    Raises ModelMissingError, ModelDamagedError, and OSError if the target cannot be written.
    """
    command = [sys.executable, "-c", program.format(path=sys.path), str(model_folder), str(target)]
    # While its stdin is open, the child knows that somebody waits for it.
    with subprocess.Popen(  # noqa: S603 - Python itself, with the program above
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        try:
            output = child.stdout.read() if child.stdout else b""
            code = child.wait()
        except BaseException:  # Ctrl-C
            child.kill()
            raise
    if code:
        raise _error(_FAILURE.validate_json(output)) if output else _ended(model_folder, code)


def export_here(model_folder: Path, target: Path) -> None:
    """Export in this process; raises as `export_encoder`."""
    from index.models.encoder_export import FrameworkEncoder  # takes seconds, for torch

    try:
        framework = FrameworkEncoder.load(model_folder)
    except OSError as error:  # also those of transformers; not those of writing the export
        raise ModelDamagedError(f"{model_folder}: cannot be read: {error}") from error
    framework.export(target)


def main() -> None:
    """Export what the arguments name, and end with 1 and the reason on stdout if that fails."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder, target = map(Path, sys.argv[1:])
    output, sys.stdout = sys.stdout, sys.stderr  # whatever a framework prints
    try:
        export_here(folder, target)
        return
    except (ModelMissingError, ModelDamagedError) as error:
        missing = isinstance(error, ModelMissingError)
        failure = ExportFailure(error.message, error.remedy, error.reason, missing)
    except OSError as error:
        failure = ExportFailure(error.strerror or str(error), errno=error.errno)
    output.write(json.dumps(asdict(failure)))
    output.flush()
    sys.exit(1)


def _end_with_parent() -> None:
    os.read(0, 1)  # not by way of sys.stdin, whose lock would stop the process from ending
    os._exit(1)


def _error(failure: ExportFailure) -> Exception:
    if failure.errno is not None:
        return OSError(failure.errno, failure.message)
    kind = ModelMissingError if failure.missing else ModelDamagedError
    return kind(failure.message, failure.remedy, reason=failure.reason)


def _ended(model_folder: Path, code: int) -> ModelDamagedError:
    return ModelDamagedError(f"{model_folder}: the export of the model ended with status {code}")
