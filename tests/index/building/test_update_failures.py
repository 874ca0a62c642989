"""Builds that meet trouble: no articles, damage, full disks, other writers; the earlier index stays whole."""

import json
import os
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from index.building import update as update_module
from index.building.staleness import compare
from index.building.update import update
from index.config import Config
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexBusyError,
    IndexDamagedError,
    IndexUnwritableError,
    ModelMissingError,
)
from index.storage import generations
from tests.support.small_library import (
    ARTICLES,
    IDS,
    build,
    current,
    earlier,
    make_config,
    texts,
    write,
)


def test_an_empty_corpus_is_an_error_and_keeps_the_index(config: Config, tmp_path: Path) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        path.unlink()
    with pytest.raises(ConfigurationError, match="no articles in"):
        build(config)
    assert list(texts(config)) == list(IDS)


def test_only_unreadable_files_are_an_error(config: Config) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        path.write_bytes(bytes(range(256)) * 50)
    with pytest.raises(FootnoteError, match=r"no file in .* can be read"):
        build(config)
    assert list(texts(config)) == list(IDS)


@pytest.mark.parametrize("function", ["split_sentences", "make_passages", "passage_texts", "terms"])
def test_an_article_that_cannot_be_segmented_is_named_and_skipped(
    config: Config, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    original = getattr(update_module, function)

    def failing(first: object, *rest: object) -> object:
        text = getattr(first, "text", first)
        if "lion" in str(text):
            raise KeyError("lion")
        return original(first, *rest)

    monkeypatch.setattr(update_module, function, failing)
    write(config, "lions.txt", "Lions\n\nA lion sleeps.\n")
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    report = build(config)
    assert report.skipped == (("lions.txt", "cannot be read: KeyError: 'lion'", ""),)
    assert report.added == ("mice",)
    assert compare(config).stale_because is None
    monkeypatch.undo()
    assert build(config).added == ("lions",)


def test_a_missing_corpus_leaves_no_index_folder(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError):
        build(make_config(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_model(config: Config) -> None:
    missing = make_config(config.base, config.base / "none")
    assert compare(missing).stale_because
    with pytest.raises(ModelMissingError):
        build(missing)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def emptied(content: bytes) -> bytes:
    return b""


@pytest.mark.slow
@pytest.mark.parametrize("damage", [cut, flipped, emptied])
def test_any_damage_is_mended_from_the_corpus(config: Config, damage: Callable[[bytes], bytes]) -> None:
    expected = texts(config)
    root = config.index_directory
    for name in ["current", *(path.name for path in earlier(config).generation.folder.iterdir())]:
        path = root / name if name == "current" else earlier(config).generation.folder / name
        content = path.read_bytes()
        path.unlink()  # it may be linked
        path.write_bytes(damage(content))
        with pytest.raises(IndexDamagedError):
            earlier(config)
        report = build(config)
        assert report.rebuilt
        assert name == "current" or name in report.rebuilt
        assert report.added == IDS
        assert texts(config) == expected


@pytest.mark.slow
def test_a_damaged_pointer_is_mended_by_one_update(config: Config) -> None:
    path = config.index_directory / "current"
    for key in ("schema", "generation", "sha256", "previous"):
        content = path.read_text(encoding="utf-8")
        path.unlink()  # it may be linked
        path.write_text(content.replace(key, key[::-1]), encoding="utf-8")
        assert "not written by Footnote" in str(compare(config).stale_because)
        assert build(config).rebuilt
        assert list(texts(config)) == list(IDS)


@pytest.mark.slow
def test_another_schema_is_rebuilt(config: Config) -> None:
    for schema in (generations.SCHEMA - 1, generations.SCHEMA + 1):
        (config.index_directory / "current").unlink()
        pointer = {"schema": schema, "generation": {"of": "another shape"}}
        (config.index_directory / "current").write_text(json.dumps(pointer), encoding="utf-8")
        reason = compare(config).stale_because
        assert reason
        assert f"schema {schema}" in reason
        report = build(config)
        assert report.rebuilt == reason
        assert list(texts(config)) == list(IDS)


def test_a_busy_index(config: Config) -> None:
    write(config, "cats.txt", "Changed.")
    with (
        generations.writers_lock(config.index_directory, 0),
        pytest.raises(IndexBusyError, match=str(os.getpid())),
    ):
        update(config, lambda *_: None, wait=0)


@pytest.mark.slow
def test_progress_ends_where_it_should(config: Config) -> None:
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    stages: dict[str, tuple[int, int]] = {}
    update(config, lambda stage, done, total: stages.__setitem__(stage, (done, total)))
    assert {"read", "split into sentences", "embed", "write"} <= set(stages)
    assert all(done == total > 0 for done, total in stages.values())


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 100, 5_000, 15_000])
def test_a_full_disk_is_an_error_and_keeps_the_index(config: Config, limit: int) -> None:
    write(config, "cats.txt", "Cats\n\n" + "A cat sleeps most of the day. " * 50)
    kept, before = texts(config), current(config)
    generations = sorted((config.index_directory / "generations").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(IndexUnwritableError, match="cannot be written"):
            build(config)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (texts(config), current(config)) == (kept, before)
    assert sorted((config.index_directory / "generations").iterdir()) == generations
    assert build(config).updated == ("cats",)


@pytest.mark.slow
def test_a_failure_at_any_call_keeps_the_index(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each fsync, rename and so on fail in turn, as on a full or a dying disk."""
    write(config, "cats.txt", "Cats\n\nA cat runs.\n")
    kept = texts(config)
    for name in ("fsync", "rename", "replace", "mkdir"):
        real: Callable[..., None] = getattr(os, name)
        for number in range(100):
            calls = 0

            def fail(at: int, call: Callable[..., None], *args: object, **more: object) -> None:
                nonlocal calls
                calls += 1
                if calls == at:
                    raise OSError(28, "No space left on device")
                call(*args, **more)

            with monkeypatch.context() as patch:
                patch.setattr(os, name, partial(fail, number + 1, real))
                try:
                    build(config)
                except IndexUnwritableError as error:
                    assert "No space left on device" in error.message
                    # The last step may have been done before the failure.
                    assert texts(config) in (kept, {**kept, "cats": ["Cats", "A cat runs."]})
                    continue
            if calls <= number:
                break
        assert number > 0, name
        assert texts(config)["cats"] == ["Cats", "A cat runs."]
        write(config, "cats.txt", ARTICLES["cats.txt"])
        build(config)
        assert texts(config) == kept
        write(config, "cats.txt", "Cats\n\nA cat runs.\n")


def test_a_folder_that_cannot_be_written(config: Config) -> None:
    (config.index_directory / "lock").unlink(missing_ok=True)
    (config.index_directory / "lock").mkdir()  # refused to root too
    with pytest.raises(IndexUnwritableError, match="cannot be written"):
        build(config)
