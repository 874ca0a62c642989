"""The encoder that ships is whole, loads in sentence-transformers, and is checked."""

import shutil
from pathlib import Path

import pytest

from index.errors import ModelDamagedError, Reason
from index.models.model_folders import model_files
from index.models.shipped_encoder import SUMS_FILE, check_sums, shipped_encoder_folder, write_sums


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for path in (path for path in model_files(shipped_encoder_folder()) if path.suffix == ".json"):
        target = folder / path.relative_to(shipped_encoder_folder())
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    write_sums(folder, model_files(folder))
    return folder


def test_every_file_that_shapes_its_vectors_has_a_checksum() -> None:
    folder = shipped_encoder_folder()
    check_sums(folder)
    lines = (folder / SUMS_FILE).read_text("utf-8").splitlines()
    assert [line.split()[1] for line in lines] == [
        path.relative_to(folder).as_posix() for path in model_files(folder)
    ]


def test_a_file_that_changed_or_is_gone_is_named(copy: Path) -> None:
    check_sums(copy)
    tokenizer = copy / "tokenizer.json"
    content = tokenizer.read_bytes()
    tokenizer.write_bytes(content[:-1])
    with pytest.raises(
        ModelDamagedError, match=r"tokenizer\.json: expected sha256 \w{64}, found \w{64}"
    ) as raised:
        check_sums(copy)
    assert raised.value.reason == Reason.SHIPPED_ENCODER_DAMAGED
    tokenizer.unlink()
    with pytest.raises(ModelDamagedError, match=r"tokenizer\.json: cannot be read"):
        check_sums(copy)


@pytest.mark.parametrize("content", [b"", b"no checksums", b"\xff\xfe", None])
def test_without_checksums_nothing_is_trusted(copy: Path, content: bytes | None) -> None:
    (copy / SUMS_FILE).unlink()
    if content is not None:
        (copy / SUMS_FILE).write_bytes(content)
    with pytest.raises(ModelDamagedError, match=SUMS_FILE if content != b"no checksums" else "checksums"):
        check_sums(copy)
