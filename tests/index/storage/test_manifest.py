"""Manifests: sizes and checksums of a folder's files."""

from pathlib import Path

import pytest

from index.errors import IndexDamagedError
from index.storage.manifest import MANIFEST_FILE, check_files, read_json, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "text").write_bytes(b"abc")
    write_manifest(tmp_path, {"schema": 1}, {})
    return tmp_path


def test_the_manifest_lists_the_files_beside_its_values(folder: Path) -> None:
    manifest = read_json(folder / MANIFEST_FILE)
    assert manifest["schema"] == 1
    assert list(manifest["files"]) == ["text"]
    check_files(folder, manifest)


@pytest.mark.parametrize(
    ("content", "message"), [(b"ab", "2 bytes instead of 3"), (b"abd", "its content has changed")]
)
def test_a_changed_file_is_damage(folder: Path, content: bytes, message: str) -> None:
    (folder / "text").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=f"text: {message}"):
        check_files(folder, read_json(folder / MANIFEST_FILE))


def test_a_missing_file_is_damage(folder: Path) -> None:
    (folder / "text").unlink()
    with pytest.raises(IndexDamagedError, match="text: No such file"):
        check_files(folder, read_json(folder / MANIFEST_FILE))


def test_known_checksums_are_taken_over(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"abc")
    write_manifest(tmp_path, {}, {"text": {"size": 3, "sha256": "0" * 64}})
    with pytest.raises(IndexDamagedError, match="text: its content has changed"):
        check_files(tmp_path, read_json(tmp_path / MANIFEST_FILE))


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00"])
def test_a_manifest_of_other_content_is_damage(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(IndexDamagedError, match="not written by Footnote"):
        read_json(tmp_path / MANIFEST_FILE)


def test_a_manifest_with_another_checksum_is_damage(folder: Path) -> None:
    with pytest.raises(IndexDamagedError, match="its content has changed"):
        read_json(folder / MANIFEST_FILE, "0" * 64)
