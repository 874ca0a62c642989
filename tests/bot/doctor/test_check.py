"""What the doctor's checks share."""

from pathlib import Path

import pytest

from bot.doctor.check import try_to_write


def test_a_folder_is_written_to_without_a_trace(tmp_path: Path) -> None:
    try_to_write(tmp_path)
    try_to_write(tmp_path / "not" / "yet" / "there")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as caught:
        try_to_write(tmp_path / "file" / "below")
    assert caught.value.filename == str(tmp_path / "file")
