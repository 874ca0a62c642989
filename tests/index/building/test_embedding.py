"""Who embeds, the export that the questions need, and another model under an index."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.building import embedding
from index.building.embedding import Embedder
from index.building.reuse import PreviousIndex
from index.building.staleness import is_stale
from index.config import Config, ModelSection
from index.errors import IndexDamagedError, ModelDamagedError
from index.models import model_folders
from index.models.encoder import SETTINGS_FILE, WEIGHTS_FILE, Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import model_fingerprint
from index.storage import generations
from tests.support.small_library import ARTICLES, OLD, build, make_config, provide_encoder, write_corpus


@pytest.fixture
def config(tmp_path: Path, tiny_model_folder: Path, tiny_encoder_folder: Path) -> Config:
    """An index of ARTICLES with a copy of the tiny model."""
    shutil.copytree(tiny_model_folder, tmp_path / "model")
    config = make_config(tmp_path, tmp_path / "model")
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, tiny_encoder_folder)
    build(config)
    return config


def earlier(config: Config) -> PreviousIndex:
    return generations.open_current(config.index_directory, PreviousIndex.load)


def embedder(config: Config) -> Embedder:
    folder = Path(config.encoder)
    return Embedder(config.index_directory, folder, model_fingerprint(folder), lambda *_: None)


def test_few_texts_need_no_framework(config: Config) -> None:
    texts = ["One.", "Two.", "One."] * 100
    made = embedder(config)
    assert not made.exported
    assert np.allclose(made.embed(texts), made.encoder.encode_texts(texts), atol=1e-5)
    assert made.embed([]).shape == (0, 16)


def test_many_texts_are_embedded_alike(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    made = embedder(config)
    exported = made.embed(["One.", "Two things."])
    monkeypatch.setattr(embedding, "FRAMEWORK_FROM", 2)
    assert np.allclose(made.embed(["One.", "Two things."]), exported, atol=1e-4)


@pytest.mark.parametrize("name", [WEIGHTS_FILE, SETTINGS_FILE, "manifest.json"])
def test_a_damaged_export_is_made_again(config: Config, name: str) -> None:
    folder = earlier(config).generation.encoder
    content = (folder / name).read_bytes()
    (folder / name).unlink()  # it is linked
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(IndexDamagedError):
        generations.check_encoder(folder)
        earlier(config)
    report = build(config)
    assert report.embedded == (0 if report.rebuilt is None else 11)
    generations.check_encoder(folder)
    Encoder.load(earlier(config).generation.encoder)


def test_another_model_under_an_index(config: Config) -> None:
    before = earlier(config)
    path = Path(config.encoder) / "config_sentence_transformers.json"
    path.write_text(path.read_text(encoding="utf-8").replace("passage: ", "query: "), encoding="utf-8")
    assert is_stale(config) == "the model changed since the index was built"
    report = build(config)
    assert report.rebuilt == "the model changed since the index was built"
    assert (len(report.unchanged), report.embedded) == (3, 11)
    after = earlier(config)
    assert after.generation.encoder != before.generation.encoder
    assert not np.allclose(after.sentences.rows(0, 3), before.sentences.rows(0, 3), atol=1e-3)
    assert is_stale(config) is None


def test_a_touched_model_is_the_same(config: Config) -> None:
    before = earlier(config).generation.folder.name
    for path in Path(config.encoder).rglob("*"):
        os.utime(path, (OLD, OLD))
    assert is_stale(config) is None
    assert build(config).embedded == 0
    assert earlier(config).generation.folder.name != before  # it remembers the times


def test_a_model_that_went_away_is_not_needed_to_ask(config: Config) -> None:
    shutil.rmtree(config.encoder)
    # The configured folder is gone, so that its name alone is left to compare.
    assert is_stale(config) is None


def test_a_model_that_cannot_be_read_is_named(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise OSError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(model_folders, "model_stamp", fail)
        for look in (build, is_stale):
            with pytest.raises(ModelDamagedError, match="Permission denied"):
                look(config)
    monkeypatch.setattr(FrameworkEncoder, "load", fail)
    shutil.rmtree(config.index_directory)
    with pytest.raises(ModelDamagedError, match="Permission denied"):
        build(config)


def test_a_later_snapshot_of_a_named_model_is_seen(
    tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    cache = tmp_path / "hub" / "models--some--tiny"
    (cache / "refs").mkdir(parents=True)
    for commit in ("1" * 40, "2" * 40):
        shutil.copytree(tiny_model_folder, cache / "snapshots" / commit)
    write_corpus(tmp_path / "corpus", ARTICLES)
    named = make_config(tmp_path).model_copy(update={"model": ModelSection(encoder="some/tiny")})
    pinned = make_config(tmp_path, cache / "snapshots" / ("1" * 40))
    for config, then in ((named, "the model some/tiny was fetched anew"), (pinned, None)):
        (cache / "refs" / "main").write_text("1" * 40)
        build(config)
        assert is_stale(config) is None
        (cache / "refs" / "main").write_text("2" * 40)
        assert is_stale(config) == then
        build(config)
        assert is_stale(config) is None


def test_the_name_of_another_model_is_stale(config: Config) -> None:
    other = make_config(config.base)
    reason = is_stale(other)
    assert reason
    assert "all-MiniLM-L6-v2" in reason
