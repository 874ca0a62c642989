"""Lines of a plain text: what their marks say, and where their cells are."""

import pytest

from index.articles.text_lines import TextLine, cells, is_code, mark, paragraphs


@pytest.mark.parametrize(
    ("shown", "label", "kind", "number", "depth"),
    [
        ("1. one", "1", "1", 1, 1),
        ("(12) one", "12", "(1", 12, 1),
        ("2.10 one", "2.10", "1.1", 10, 2),
        ("1.2.3. one", "1.2.3", "1.1.1", 3, 3),
        ("c) one", "c", "a", 3, 1),
        ("iv) one", "iv", "i", 4, 1),
        ("3. May one", "3", "1", 3, 1),
        ("XIV. one", "XIV", "I", 14, 1),
        ("Step 12: one", "Step 12", "step ", 12, 1),
        ("· one", "", "·", 0, 1),
        ("\uf0b7one", "", "\uf0b7", 0, 1),
        ("- [x] one", "", "-", 0, 1),
        ("✓ one", "", "tick", 0, 1),
    ],
)
def test_marks(shown: str, label: str, kind: str, number: int, depth: int) -> None:
    found = mark(shown)
    assert found is not None
    assert (found.label, found.kind, found.number, found.depth) == (label, kind, number, depth)
    assert shown[found.length :].removeprefix("May ").lstrip("✓ ") == "one"


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("1. one", False),
        ("(2) one", False),
        ("a) one", False),
        ("Step 3: one", False),
        ("Day 2 - one", False),
        ("1.8.2 one", True),
        ("2.1. one", True),
        ("(1.2) one", True),
        ("§ 3 one", True),
        ("Level 3 one", True),
        ("No. 5 one", True),
    ],
)
def test_numbers_that_say_something_belong_to_the_text(shown: str, kept: bool) -> None:
    found = mark(shown)
    assert found is not None
    assert found.kept is kept
    assert shown[found.left_out :] == (shown if kept else "one")


@pytest.mark.parametrize(
    "shown",
    [
        *("1974 was good", "1.5", "of", "A tree", "I am", "-5 degrees", "#tag", "U.S. law"),
        *("24. December: closed", "3. May 2024", "1. Jan., in the hall"),
    ],
)
def test_what_is_no_mark(shown: str) -> None:
    assert mark(shown) is None


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("J. R. R. Tolkien was born in 1892.\nHe wrote.", ["", ""]),
        ("A. Bring soap.\nIt may rain.\nB. Go home.", ["A", "", "B"]),
        ("E. coli is harmless.\n\nC. difficile is not.", ["", ""]),
        ("IV. Four\nV. Five", ["IV", "V"]),
        ("I. Noise\n\nAt night.\n\nII. Dogs", ["I", "", "II"]),
        ("A) Soap", ["A"]),
        ("A. Soap\n" + "Words.\n" * 40 + "B. Home", [""] * 42),
    ],
)
def test_an_initial_is_a_mark_if_a_line_nearby_counts_on(text: str, labels: list[str]) -> None:
    lines = [line for run in paragraphs(text) for line in run]
    assert [line.mark.label if line.mark else "" for line in lines] == labels


@pytest.mark.parametrize(
    ("shown", "parts"),
    [
        ("a\tb c\t\td", ["a", "b c", "d"]),
        ("| a | b |", ["a", "b"]),
        ("Tea ..... 2.50", ["Tea", "2.50"]),
        ("Boat   120   Tove Lind", ["Boat", "120", "Tove Lind"]),
        ("It ended.  Then it began.", ["It ended.  Then it began."]),
    ],
)
def test_cells(shown: str, parts: list[str]) -> None:
    line = TextLine(0, len(shown), 0, None, shown)
    assert [shown[start:end] for start, end in cells(line)] == parts


def test_paragraphs() -> None:
    text = "One\n  two\n\nThree\n=====\nFour\n```\ncode\n```\n\ffive"
    runs = paragraphs(text)
    assert [[line.shown for line in run] for run in runs] == [
        ["One", "two"],
        ["Three"],
        ["Four"],
        ["code"],
        ["five"],
    ]
    assert [line.indent for line in runs[0]] == [0, 2]
    assert runs[1][0].rule == "="
    assert runs[3][0].is_code
    assert [run[0].page for run in runs] == [1, 1, 1, 1, 2]


def test_logs_and_code() -> None:
    log = "14:02:11 INFO start\n14:02:12 ERROR stop\n"
    assert is_code(paragraphs(log)[0])
    assert is_code(paragraphs("    x = open(1)\n    y = [x]\n")[0])
    assert not is_code(paragraphs("    Bees dance.\n    They fly.\n")[0])


@pytest.mark.parametrize(
    "shown", ["1.2 kg plums", "5.20 m with loom waste", "1.5 million people", "0.75 l water"]
)
def test_amounts_are_no_marks(shown: str) -> None:
    assert mark(shown) is None


@pytest.mark.parametrize("shown", ["1.2 Kilns", "1.2 lending of keys", "3.10 mills"])
def test_numbers_of_sections_are_marks(shown: str) -> None:
    assert mark(shown) is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Mire stalker\n~~~~~~~~~~~~\nIt hides.\n", []),
        ("Run\n~~~\nmake\n~~~\n", ["make"]),
        ("As follows\n\n~~~~~~~~~~\nmake\n~~~~~~~~~~\n", ["make"]),
        ("~~~~\nmake\n~~~~\nIt hides.\n", ["make"]),
    ],
)
def test_tildes_are_a_fence_unless_they_are_as_long_as_the_line_above(text: str, code: list[str]) -> None:
    assert [line.shown for run in paragraphs(text) for line in run if line.is_code] == code
