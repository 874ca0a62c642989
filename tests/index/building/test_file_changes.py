"""What counts as a change of a file."""

import os
from pathlib import Path

import pytest

from index.articles.corpus import LARGEST, CorpusFile, corpus_files
from index.building import file_changes
from index.building.file_changes import scan
from index.storage.input_state import FileState
from tests.support.small_library import OLD, write_corpus


def known(folder: Path) -> dict[str, FileState]:
    write_corpus(folder, {"a.txt": "text"})
    (state,) = scan([CorpusFile(folder / "a.txt", "a.txt", "a")], {})
    return {"a.txt": state}


def test_an_unchanged_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = known(tmp_path)
    monkeypatch.setattr(file_changes, "file_sha256", lambda path: pytest.fail(f"{path} is read"))
    assert scan([CorpusFile(tmp_path / "a.txt", "a.txt", "a")], states) == list(states.values())


def test_an_edit_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    states = known(tmp_path)
    (tmp_path / "a.txt").write_text("tixt", encoding="utf-8")
    os.utime(tmp_path / "a.txt", (OLD, OLD))
    (edited,) = scan([CorpusFile(tmp_path / "a.txt", "a.txt", "a")], states)
    assert edited.digest != states["a.txt"].digest


def test_another_size_or_time_is_looked_into(tmp_path: Path) -> None:
    states = known(tmp_path)
    os.utime(tmp_path / "a.txt", (OLD + 1, OLD + 1))
    (touched,) = scan([CorpusFile(tmp_path / "a.txt", "a.txt", "a")], states)
    assert touched.digest == states["a.txt"].digest
    (tmp_path / "a.txt").write_text("longer text", encoding="utf-8")
    (changed,) = scan([CorpusFile(tmp_path / "a.txt", "a.txt", "a")], states)
    assert changed.digest != touched.digest
    assert changed.mtime_ns == -1, "so fresh that it may change again unseen"


def test_why_a_file_was_skipped_holds_until_it_changes(tmp_path: Path) -> None:
    (state,) = known(tmp_path).values()
    skipped = FileState(state.file, state.id, state.size, OLD + 7, state.digest, "is binary")
    (again,) = scan([CorpusFile(tmp_path / "a.txt", "a.txt", "a")], {"a.txt": skipped})
    assert again.skipped == "is binary"
    (tmp_path / "a.txt").write_text("longer text", encoding="utf-8")
    (changed,) = scan([CorpusFile(tmp_path / "a.txt", "a.txt", "a")], {"a.txt": skipped})
    assert changed.skipped is None


def test_a_file_that_vanished_has_no_content(tmp_path: Path) -> None:
    (state,) = scan([CorpusFile(tmp_path / "gone.txt", "gone.txt", "gone")], {})
    assert state == FileState("gone.txt", "gone", 0, -1, "")


def test_what_the_readers_refuse_is_not_opened(tmp_path: Path) -> None:
    states = known(tmp_path / "corpus")
    path = tmp_path / "corpus" / "a.txt"
    file = CorpusFile(path, "a.txt", "a")
    refused = FileState("a.txt", "a", 0, -1, "")
    large = path.with_name("b.txt")
    large.touch()
    os.truncate(large, LARGEST + 1)
    assert scan([CorpusFile(large, "b.txt", "b")], {}) == [FileState("b.txt", "b", 0, -1, "")]
    path.rename(tmp_path / "secret.txt")
    path.symlink_to(tmp_path / "secret.txt")  # size and time are those of the file that was there
    assert scan([file], states) == [refused]


def test_a_description_beside_a_file_counts_as_part_of_it(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"a.txt": "Bees hum."})
    states = {state.file: state for state in scan(corpus_files(tmp_path), {})}
    write_corpus(tmp_path, {"a.txt.toml": 'title = "Bees"'})
    (described,) = scan(corpus_files(tmp_path), states)
    write_corpus(tmp_path, {"a.txt.toml": 'title = "Wasp"'})
    (changed,) = scan(corpus_files(tmp_path), {"a.txt": described})
    (tmp_path / "a.txt.toml").unlink()
    (alone,) = scan(corpus_files(tmp_path), {"a.txt": changed})
    assert len({states["a.txt"].digest, described.digest, changed.digest}) == 3
    assert alone.digest == states["a.txt"].digest
