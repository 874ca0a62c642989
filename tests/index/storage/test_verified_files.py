"""Big files of an index are read once: whatever changes them is noticed, and nothing else costs a reading."""

import os
import shutil
from pathlib import Path

import pytest

from index.errors import IndexDamagedError
from index.storage import generations, manifest, verified_files
from index.storage.generations import Generation
from index.storage.verified_files import VERIFIED_FILE
from tests.support.generations import publish

TEXT = "generations/000001/text"


@pytest.fixture(autouse=True)
def all_files_are_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified_files, "BIG", 1)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the names of the files that are read for their checksums from now on."""
    names: list[str] = []
    sha256 = manifest.file_sha256

    def noting(path: Path) -> str:
        names.append(path.name)
        return sha256(path)

    monkeypatch.setattr(manifest, "file_sha256", noting)
    return names


def text(generation: Generation) -> str:
    return (generation.folder / "text").read_text(encoding="utf-8")


def copy_current(root: Path) -> None:
    """Publish the same generation once more, but for one file, as an update does that only saw new times."""
    current = generations.open_current(root, lambda generation: generation, check=False)
    with (
        generations.writers_lock(root, 0),
        generations.copy_generation(root, current, ["text"], None) as draft,
    ):
        (draft.folder / "other").write_text("new")


def test_what_a_writer_compared_is_not_read_again(tmp_path: Path, hashed: list[str]) -> None:
    publish(tmp_path, "one")
    hashed.clear()
    assert generations.open_current(tmp_path, text) == "one"
    assert hashed == []
    assert generations.open_current(tmp_path, text, everything=True) == "one"
    assert sorted(hashed) == ["other", "text"]


def test_small_files_are_always_read(
    tmp_path: Path, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verified_files, "BIG", 4)  # "one" has 3 bytes, "same" has 4
    publish(tmp_path, "one")
    hashed.clear()
    generations.open_current(tmp_path, text)
    assert hashed == ["text"]


def flip(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"O")


def flip_with_the_old_time(path: Path) -> None:
    status = path.stat()
    flip(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncate(path: Path) -> None:
    os.truncate(path, 2)


def replace_with_the_old_time(path: Path) -> None:
    status = path.stat()
    path.with_name("new").write_bytes(b"One")
    path.with_name("new").replace(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("damage", [flip, flip_with_the_old_time, truncate, replace_with_the_old_time])
def test_damage_is_named_however_it_came(tmp_path: Path, damage: object) -> None:
    publish(tmp_path, "one")
    generations.open_current(tmp_path, text)
    damage(tmp_path / TEXT)
    with pytest.raises(IndexDamagedError, match="text: "):
        generations.open_current(tmp_path, text)


def test_an_index_that_was_copied_is_read(tmp_path: Path, hashed: list[str]) -> None:
    publish(tmp_path / "first", "one")
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    hashed.clear()
    assert generations.open_current(tmp_path / "second", text) == "one"
    assert sorted(hashed) == ["other", "text"]


def test_links_to_a_file_do_not_make_it_unknown(tmp_path: Path, hashed: list[str]) -> None:
    publish(tmp_path, "one")
    for _ in range(3):  # the third deletes what the first linked to
        copy_current(tmp_path)
    hashed.clear()
    assert generations.open_current(tmp_path, text) == "one"
    assert hashed == []


def test_what_nobody_compared_is_not_taken_for_whole_by_its_link(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    flip(tmp_path / TEXT)
    copy_current(tmp_path)
    with pytest.raises(IndexDamagedError, match="text: its content has changed"):
        generations.open_current(tmp_path, text)


def test_what_is_copied_for_want_of_links_is_read(
    tmp_path: Path, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links")

    publish(tmp_path, "one")
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    copy_current(tmp_path)
    hashed.clear()
    assert generations.open_current(tmp_path, text) == "one"
    assert hashed == ["text"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"generation": "000001", "files": 1}', "\x00"])
def test_notes_of_other_content_prove_nothing(tmp_path: Path, hashed: list[str], content: str) -> None:
    publish(tmp_path, "one")
    (tmp_path / VERIFIED_FILE).write_text(content)
    hashed.clear()
    assert generations.open_current(tmp_path, text) == "one"
    assert sorted(hashed) == ["other", "text"]


def test_notes_of_another_content_prove_nothing(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    notes = (tmp_path / VERIFIED_FILE).read_text()
    publish(tmp_path, "two")
    assert (tmp_path / VERIFIED_FILE).read_text() != notes
    (tmp_path / VERIFIED_FILE).write_text(notes)
    flip(tmp_path / "generations/000002/text")
    with pytest.raises(IndexDamagedError, match="text: its content has changed"):
        generations.open_current(tmp_path, text)
