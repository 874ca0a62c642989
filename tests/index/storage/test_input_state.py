"""State of an index's inputs, as it is stored."""

from pathlib import Path

import pytest

from index.errors import IndexDamagedError
from index.storage import input_state
from index.storage.input_state import FileState, InputState, ModelState


def test_a_state_comes_back(tmp_path: Path) -> None:
    files = {name: FileState(name, "ünï 😀", 1, 2, "d", None) for name in ("a\udcff", "b\n")}
    model = ModelState("ünï", "/folder", "stamp", "fingerprint")
    for reader in (None, model):
        state = InputState(model, reader, files)
        state.write(tmp_path)
        assert InputState.read(tmp_path) == state


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": [[1]]}', '{"files": [], "more": 1}'])
def test_a_foreign_state_is_damage(tmp_path: Path, content: str) -> None:
    (tmp_path / input_state.STATE_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(IndexDamagedError, match=input_state.STATE_FILE):
        InputState.read(tmp_path)
