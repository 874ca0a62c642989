"""Segments that updates write: together they are the index that would be built at once."""

import os
from pathlib import Path

import pytest

from index.building.staleness import compare
from index.building.update import update
from index.config import Config, IndexSection
from tests.support.segments import check_same, segments, small_segments
from tests.support.small_library import OLD, build, provide_encoder, write_corpus

pytestmark = pytest.mark.slow

CHANGES: tuple[dict[str, str | None], ...] = (
    {"aardvark.txt": "Aardvarks\n\nAn aardvark eats ants. A cat sleeps most of the day.\n"},
    {"cats.txt": "Cats\n\nA cat sleeps most of the day. A cat eats fish and fish.\n"},
    {"raqqa.txt": None},
    {"mice.txt": "Mice\n\nA mouse eats cheese.\n", "news/notes.md": "# Notes on the weather\n\nIt rained.\n"},
    {"aardvark.txt": None, "zebra.txt": "Zebras\n\nA zebra runs. A cat sleeps most of the day.\n"},
    {"cats.md": "# Cats\n\nA CAT sleeps most of the day. Cats purr.\n"},
    {"raqqa.txt": "Fight for Raqqa\n\nThe general predicts a long fight.\n", "cats.txt": None},
    {"mice.txt": None, "zebra.txt": None},
)


def change(config: Config, files: dict[str, str | None], number: int) -> None:
    """Write and delete articles, each with a time that has settled."""
    for name, text in files.items():
        path = config.corpus_directory / name
        if text is None:
            path.unlink()
        else:
            write_corpus(config.corpus_directory, {name: text})
            os.utime(path, (OLD + 100 * number, OLD + 100 * number))


@pytest.fixture
def other(tiny_config: Config, tiny_encoder_folder: Path) -> Config:
    """The same articles with another index."""
    config = tiny_config.model_copy(update={"index": IndexSection(directory="at-once")})
    provide_encoder(config, tiny_encoder_folder)
    return config


@pytest.mark.parametrize(("merged", "most"), [(0, 6), (2, 3)])
def test_every_change_gives_what_a_rebuild_gives(
    tiny_config: Config, other: Config, monkeypatch: pytest.MonkeyPatch, merged: int, most: int
) -> None:
    counts = []
    for number, files in enumerate(CHANGES, start=1):
        change(tiny_config, files, number)
        with monkeypatch.context() as patched:
            small_segments(patched.setattr, merged)
            report = build(tiny_config)
        assert report.rebuilt is None
        assert compare(tiny_config).stale_because is None
        counts.append(segments(tiny_config))
        update(other, wait=0, rebuild=True)
        assert segments(other) == 1
        check_same(tiny_config, other)
    assert max(counts) == most
    # Nothing that is left of the removed articles is in the index that is written at once again.
    change(tiny_config, {"last.txt": "Last\n\nThe last one.\n"}, 99)
    assert build(tiny_config).embedded > 0
    update(other, wait=0, rebuild=True)
    assert segments(tiny_config) == 1
    check_same(tiny_config, other)


def test_a_change_writes_no_other_articles_again(
    tiny_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_segments(monkeypatch.setattr)
    before = tiny_config.index_directory / "generations" / "000001" / "articles.sqlite"
    change(tiny_config, CHANGES[0], 1)
    build(tiny_config)
    after = tiny_config.index_directory / "generations" / "000002"
    assert (after / "articles.sqlite").samefile(before)
    assert (after / "1-articles.sqlite").stat().st_size < before.stat().st_size * 2
