"""RTF: the text of the file, and what is refused."""

from pathlib import Path

import pytest

from index.articles.rtf_text import read_rtf
from index.errors import UnreadableFileError


def test_formatting_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.rtf"
    file.write_bytes(rb"{\rtf1\ansi {\b Bees dance.}\par They tell others where the food is: caf\'e9.\par}")
    document = read_rtf(file)
    assert document.text.split() == "Bees dance. They tell others where the food is: café.".split()
    assert document.blocks


def test_another_format_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.rtf"
    file.write_bytes(b"They dance.")
    with pytest.raises(UnreadableFileError, match="is not an RTF file"):
        read_rtf(file)
