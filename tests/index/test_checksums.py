"""Checksums of files."""

from pathlib import Path

import pytest

from index.checksums import file_sha256, model_file_sha256
from index.errors import ModelDamagedError

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_sha256_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert file_sha256(tmp_path / "file") == model_file_sha256(tmp_path / "file") == ABC


def test_a_model_file_that_cannot_be_read_is_a_damaged_model(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_sha256(tmp_path / "none")
    with pytest.raises(ModelDamagedError, match="none: cannot be read: No such file"):
        model_file_sha256(tmp_path / "none")
