"""Embedding with and without the framework, the export for questions, and a change of the model."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from index.building.embedding import Embedder
from index.building.staleness import compare
from index.config import Config
from index.errors import IndexDamagedError
from index.models.encoder import SETTINGS_FILE, WEIGHTS_FILE, Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import model_fingerprint
from index.storage import generations
from tests.support.small_library import build, earlier

pytestmark = pytest.mark.slow  # builds libraries of its own


def open_embedder(config: Config) -> tuple[Embedder, bool]:
    folder = Path(config.encoder)
    return Embedder.open(config.index_directory, folder, model_fingerprint(folder), lambda *_: None)


def test_few_texts_need_no_framework(tiny_config: Config) -> None:
    texts = ["One.", "Two.", "One."] * 100
    embedder, exported = open_embedder(tiny_config)
    assert not exported
    assert np.allclose(embedder.embed(texts), embedder.encoder.encode_texts(texts), atol=1e-5)
    assert embedder.embed([]).shape == (0, 16)


def test_many_texts_are_embedded_alike(tiny_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder, _ = open_embedder(tiny_config)
    texts = ["One.", "Two things and more.", "Three."]
    by_export = embedder.embed(texts)
    assert np.allclose(by_export, [embedder.encoder.encode_texts([text])[0] for text in texts], atol=1e-5)
    framework = FrameworkEncoder.load(Path(tiny_config.encoder))
    assert np.allclose(framework.embed(texts, lambda *_: None), by_export, atol=1e-4)
    monkeypatch.setattr(FrameworkEncoder, "uses_gpu", True)
    assert np.allclose(embedder.embed(texts, framework_from=3, gpu=True), by_export, atol=1e-4)


def test_without_a_gpu_no_framework_is_loaded_for_many_texts(
    tiny_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder, _ = open_embedder(tiny_config)
    monkeypatch.setattr(FrameworkEncoder, "load", lambda _: pytest.fail("loads the framework"))
    assert embedder.embed(["One."] * 9, framework_from=2, gpu=False).shape == (9, 16)


@pytest.mark.slow
def test_a_missing_export_is_made_when_the_embedder_is_opened(tiny_config: Config) -> None:
    shutil.rmtree(earlier(tiny_config).generation.encoder)
    assert open_embedder(tiny_config)[1]
    assert not open_embedder(tiny_config)[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", [WEIGHTS_FILE, SETTINGS_FILE, "manifest.json"])
def test_a_damaged_export_is_made_again(tiny_config: Config, name: str) -> None:
    folder = earlier(tiny_config).generation.encoder
    content = (folder / name).read_bytes()
    (folder / name).unlink()  # it is linked
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(IndexDamagedError):
        generations.check_encoder(folder)
        earlier(tiny_config)
    report = build(tiny_config)
    assert report.embedded == (0 if report.rebuilt is None else 11)
    generations.check_encoder(folder)
    Encoder.load(earlier(tiny_config).generation.encoder)


@pytest.mark.slow
def test_another_model_under_an_index(tiny_config: Config) -> None:
    before = earlier(tiny_config)
    path = Path(tiny_config.encoder) / "config_sentence_transformers.json"
    path.write_text(path.read_text(encoding="utf-8").replace("passage: ", "query: "), encoding="utf-8")
    assert compare(tiny_config).stale_because == "the model changed since the index was built"
    report = build(tiny_config)
    assert report.rebuilt == "the model changed since the index was built"
    assert (len(report.unchanged), report.embedded) == (3, 11)
    after = earlier(tiny_config)
    assert after.generation.encoder != before.generation.encoder
    assert not np.allclose(after.sentences.rows(0, 3), before.sentences.rows(0, 3), atol=1e-3)
    assert compare(tiny_config).stale_because is None
