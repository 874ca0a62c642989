"""Files of an exported model: whatever is wrong with one is a damaged export."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from index.errors import ModelDamagedError, Reason, Role
from index.models.exported_model import load_session, load_tokenizer, read_settings


@dataclass
class Settings:
    format: int


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"format": 1}', encoding="utf-8")
    assert read_settings(Role.READER, Settings, tmp_path / "settings.json") == Settings(1)


@pytest.mark.parametrize(
    ("role", "reason"),
    [(Role.ENCODER, Reason.ENCODER_EXPORT_DAMAGED), (Role.READER, Reason.READER_EXPORT_DAMAGED)],
)
@pytest.mark.parametrize("content", [None, b"", b"{}", b"\x00\xff"])
def test_a_file_that_cannot_be_loaded_is_named_with_its_role(
    tmp_path: Path, role: Role, reason: Reason, content: bytes | None
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    for load in (
        lambda: read_settings(role, Settings, path),
        lambda: load_tokenizer(role, path),
        lambda: load_session(role, path, threads=1),
    ):
        with pytest.raises(ModelDamagedError, match=f"file: not an exported {role}: ") as raised:
            load()
        assert (raised.value.reason, raised.value.role) == (reason, role)
