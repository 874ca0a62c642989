"""Small files are written whole or not at all."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from bot.files import write_atomically


def test_a_file_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("fails", [False, True])
def test_a_file_is_closed_before_it_is_moved_or_deleted(
    fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to do that with a file that is open."""
    opened: list[int] = []
    closed: list[bool] = []

    def synced(file: int) -> None:
        opened.append(file)
        if fails:
            raise OSError(28, "No space left on device")

    def noted(name: str) -> None:
        act = getattr(Path, name)

        def noting(self: Path, *args: object, **kwargs: object) -> object:
            closed.append(not is_open(opened[0]))
            return act(self, *args, **kwargs)

        monkeypatch.setattr(Path, name, noting)

    monkeypatch.setattr(os, "fsync", synced)
    noted("replace")
    noted("unlink")
    with suppress(OSError):
        write_atomically(tmp_path / "file", b"new")
    assert closed == ([True] if fails else [True, True])


def is_open(file: int) -> bool:
    try:
        os.fstat(file)
    except OSError:
        return False
    return True
