"""RTF: the text of the file, and what is refused."""

from pathlib import Path

import pytest

from index.articles.rtf_text import read_rtf
from index.errors import UnreadableFileError
from tests.support.blocks import shown


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


def _blocks(tmp_path: Path, source: bytes) -> list[tuple[str, str]]:
    file = tmp_path / "a.rtf"
    file.write_bytes(rb"{\rtf1\ansi " + source + b"}")
    return shown(read_rtf(file))


def test_paragraphs_are_told_apart(tmp_path: Path) -> None:
    source = (
        rb"Of the keys\par Whoever takes a key signs the list behind the bar, also for an hour.\par "
        rb"Lending\par Keys are lent for a week. They hang behind the bar.\par "
    )
    assert _blocks(tmp_path, source) == [
        ("heading", "Of the keys"),
        ("paragraph", "Whoever takes a key signs the list behind the bar, also for an hour."),
        ("heading", "Lending"),
        ("paragraph", "Keys are lent for a week. They hang behind the bar."),
    ]


def test_lines_that_were_wrapped_by_hand_stay_one_paragraph(tmp_path: Path) -> None:
    source = rb"Whoever takes a key signs\par the list behind the bar,\par also for an hour.\par "
    assert _blocks(tmp_path, source) == [
        ("paragraph", "Whoever takes a key signs\nthe list behind the bar,\nalso for an hour.")
    ]


@pytest.mark.parametrize("cell", [rb"\pard\intbl %s\cell ", rb"{{\pard\intbl %s\par}\cell}"])
def test_rows_of_tables(tmp_path: Path, cell: bytes) -> None:
    rows = [
        b"".join(cell % text for text in row)
        for row in ((b"Shed", b"Keys"), (b"East", b"4"), (b"West", b"5"))
    ]
    source = b"".join(rb"\trowd\cellx900\cellx1800 " + row + rb"\row " for row in rows)
    file = tmp_path / "a.rtf"
    file.write_bytes(rb"{\rtf1\ansi " + source + rb"\pard They hang behind the bar.\par}")
    document = read_rtf(file)
    cells = [
        [(cell.column, document.text[cell.start : cell.end]) for cell in block.cells]
        for block in document.blocks
    ]
    assert cells[1:] == [[("Shed", "East"), ("Keys", "4")], [("Shed", "West"), ("Keys", "5")], []]


@pytest.mark.parametrize("opening", [rb"{\footnote", rb"{\*\footnote"])
def test_footnotes_stand_below_their_paragraphs(tmp_path: Path, opening: bytes) -> None:
    note = opening + rb"\pard\plain{\super\chftn} Juniors pay {\b two}.}"
    assert _blocks(
        tmp_path, rb"Members pay five" + note + rb" pounds.\par Dogs are welcome in the hall."
    ) == [
        ("paragraph", "Members pay five pounds."),
        ("paragraph", "Juniors pay two."),
        ("paragraph", "Dogs are welcome in the hall."),
    ]
    assert _blocks(tmp_path, rb"Members pay five pounds." + note)[1:] == [("paragraph", "Juniors pay two.")]


def test_emoji_of_two_halves(tmp_path: Path) -> None:
    assert _blocks(tmp_path, rb"They dance \u-10179?\u-8704? there.\par ") == [
        ("paragraph", "They dance \N{GRINNING FACE} there.")
    ]
