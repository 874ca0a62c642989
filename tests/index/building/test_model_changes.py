"""Changes of the models: by size and time, then by content, and by the hub's newer snapshots."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index.building.model_changes import current_state
from index.building.staleness import compare
from index.config import DEFAULT_ENCODER, Config, ModelSection
from index.errors import ModelDamagedError
from index.models import model_folders
from index.storage.input_state import ModelState
from tests.support.small_library import ARTICLES, OLD, build, earlier, make_config, write_corpus


def test_a_touched_model_is_the_same(tiny_config: Config) -> None:
    before = earlier(tiny_config).generation.folder.name
    for path in Path(tiny_config.encoder).rglob("*"):
        os.utime(path, (OLD, OLD))
    assert compare(tiny_config).stale_because is None
    assert build(tiny_config).embedded == 0
    assert earlier(tiny_config).generation.folder.name != before  # it remembers the times


def test_a_model_that_cannot_be_read_is_named(tiny_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(model_folders, "model_stamp", fail)
    for look in (build, compare):
        with pytest.raises(ModelDamagedError, match="Permission denied"):
            look(tiny_config)


@pytest.mark.slow
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
    for config, then in ((named, "the model some/tiny was downloaded again"), (pinned, None)):
        (cache / "refs" / "main").write_text("1" * 40)
        build(config)
        assert compare(config).stale_because is None
        (cache / "refs" / "main").write_text("2" * 40)
        assert compare(config).stale_because == then
        build(config)
        assert compare(config).stale_because is None


def test_a_model_without_files_is_as_it_was(tiny_config: Config) -> None:
    state = earlier(tiny_config).state.encoder
    assert current_state(state) == state
    shutil.rmtree(state.folder)
    assert current_state(state) == state


def test_our_own_encoder_is_looked_for_where_this_version_has_it() -> None:
    folder = model_folders.resolve_encoder(DEFAULT_ENCODER)
    state = ModelState(
        DEFAULT_ENCODER,
        str(folder),
        model_folders.model_stamp(folder),
        model_folders.model_fingerprint(folder),
    )
    assert current_state(state) == state
    moved = replace(state, folder=str(folder.parent / "of-an-earlier-version"), stamp="")
    assert current_state(moved) == state
    assert current_state(replace(moved, fingerprint="that of another encoder")) == state
