"""Changes of the models since the index was built: by size and time, and by content if those differ."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.config import DEFAULT_ENCODER, Config
from index.errors import ModelDamagedError, Reason
from index.models import model_folders
from index.storage.input_state import InputState, ModelState


def model_states(config: Config, previous: InputState | None) -> tuple[ModelState, ModelState | None]:
    """Return the present states of the encoder and, if one is named, of the reader.

    `previous` is the state that an index was built from: models that seem unchanged since are not read.
    Raises ModelMissingError and ModelDamagedError.
    """
    encoder = _model_state(
        config.encoder,
        previous.encoder if previous else None,
        model_folders.find_encoder,
        model_folders.resolve_encoder,
    )
    if not config.named_reader:
        return encoder, None
    reader = _model_state(
        config.named_reader,
        previous.reader if previous else None,
        model_folders.resolve_reader,
        model_folders.resolve_reader,
    )
    return encoder, reader


def current_state(previous: ModelState) -> ModelState:
    """Return the present state of a model in the folder where it was; `previous` if the folder is gone.

    The exported model still answers without it. Footnote's own encoder is where this version has it, and may
    be another than that of the version that built the index. Raises ModelDamagedError.
    """
    is_own = previous.name == DEFAULT_ENCODER
    folder = model_folders.find_encoder(previous.name) if is_own else Path(previous.folder)
    if not folder.is_dir():
        return previous
    stamp = _stamp(folder)
    if (str(folder), stamp) == (previous.folder, previous.stamp):
        return previous
    fingerprint = model_folders.model_fingerprint(folder)
    return replace(previous, folder=str(folder), stamp=stamp, fingerprint=fingerprint)


def has_newer_snapshot(model: ModelState) -> bool:
    """Tell whether a model that was named by its hub repository has a newer snapshot in the hub's cache."""
    folder = Path(model.folder)
    if model.folder == model.name or folder.parent.name != "snapshots" or not folder.is_dir():
        return False
    from huggingface_hub import try_to_load_from_cache  # 0.2 s that only models of the hub cost

    repository = folder.parents[1]  # models--owner--name
    repository_id = repository.name.removeprefix("models--").replace("--", "/")
    file = min((path.name for path in folder.glob("*.json")), default="config.json")
    newest = try_to_load_from_cache(repository_id, file, cache_dir=repository.parent)
    return isinstance(newest, str) and Path(newest).parent != folder


def _model_state(
    name: str, previous: ModelState | None, find: Callable[[str], Path], resolve: Callable[[str], Path]
) -> ModelState:
    """Return the present state of the model `name`, read only if it seems to have changed."""
    if previous and previous.name == name:
        folder = find(name)
        if (str(folder), _stamp(folder)) == (previous.folder, previous.stamp):
            return previous
    folder = resolve(name)
    return ModelState(name, str(folder), _stamp(folder), model_folders.model_fingerprint(folder))


def _stamp(folder: Path) -> str:
    try:
        return model_folders.model_stamp(folder)
    except OSError as error:
        message = f"{folder}: cannot be read: {error.strerror or error}"
        role = model_folders.model_role(folder)
        raise ModelDamagedError(message, reason=Reason.MODEL_UNREADABLE, role=role) from error
