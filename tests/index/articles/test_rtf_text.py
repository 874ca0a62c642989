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


@pytest.mark.parametrize(
    "source",
    [
        rb"You get {\v 20 }15 shards.",
        rb"You get \v 20 \v0 15 shards.",
        rb"You get \strike 20 \strike0 15 shards.",
        rb"You get {\striked1 2\'300 }15 shards.",
        rb"You get \deleted 20\plain  15 shards.",
        rb"You get {\b\v 20{\i 21}\u8230?\tab }15 shards.",
    ],
)
def test_hidden_and_struck_text_is_left_out(tmp_path: Path, source: bytes) -> None:
    file = tmp_path / "a.rtf"
    file.write_bytes(rb"{\rtf1\ansi {\*\generator x;}" + source + rb"\par}")
    assert read_rtf(file).text.strip().replace("  ", " ") == "You get 15 shards."
