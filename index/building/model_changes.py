"""Which models an index was made with, and what they are now: quick signs first, then contents."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.config import Config
from index.errors import ModelDamagedError
from index.models import model_folders
from index.storage.input_state import InputState, ModelState


def look_for_models(config: Config, before: InputState | None) -> tuple[ModelState, ModelState | None]:
    """Look for the encoder, and for the reader where one is named; `before` is what an index has.

    Raises ModelMissingError and ModelDamagedError.
    """
    known = before.encoder if before else None
    encoder = _look(config.encoder, known, model_folders.find_encoder, model_folders.resolve_encoder)
    if not config.named_reader:
        return encoder, None
    known = before.reader if before else None
    return encoder, _look(
        config.named_reader, known, model_folders.resolve_reader, model_folders.resolve_reader
    )


def look_again(before: ModelState) -> ModelState:
    """Look at a model again where it was; without its files the exported one still answers.

    Raises ModelDamagedError.
    """
    folder = Path(before.folder)
    if not folder.is_dir():
        return before
    stamp = _stamp(folder)
    if stamp == before.stamp:
        return before
    return replace(before, stamp=stamp, fingerprint=model_folders.model_fingerprint(folder))


def fetched_anew(model: ModelState) -> bool:
    """Tell whether the hub's cache, where the model is a snapshot there, has a later one of it."""
    folder = Path(model.folder)
    if model.folder == model.name or folder.parent.name != "snapshots" or not folder.is_dir():
        return False
    try:
        return (folder.parents[1] / "refs" / "main").read_text(encoding="ascii").strip() != folder.name
    except (OSError, ValueError, IndexError):
        return False


def _look(
    name: str, before: ModelState | None, find: Callable[[str], Path], resolve: Callable[[str], Path]
) -> ModelState:
    """Look for the model `name`; its files are read if they seem to have changed since `before`."""
    if before and before.name == name:
        folder = find(name)
        if (str(folder), _stamp(folder)) == (before.folder, before.stamp):
            return before
    folder = resolve(name)
    return ModelState(name, str(folder), _stamp(folder), model_folders.model_fingerprint(folder))


def _stamp(folder: Path) -> str:
    try:
        return model_folders.model_stamp(folder)
    except OSError as error:
        raise ModelDamagedError(f"{folder}: cannot be read: {error.strerror or error}") from error
