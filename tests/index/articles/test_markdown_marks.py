"""Marks of Markdown's dialects: a person sees what they stand for."""

import pytest

from index.articles.markdown_text import read_markdown
from tests.support.blocks import shown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Press ++ctrl+alt+j++.", "Press Ctrl+Alt+J."),
        ("Press ++page-up++ twice.", "Press Page Up twice."),
        ("C++ and C++17 are old, i++ is not.", "C++ and C++17 are old, i++ is not."),
        ("Get it :material-download: here.", "Get it here."),
        ("At 12:30:45 say :tada: now.", "At 12:30:45 say :tada: now."),
        ("We ^^do^^ bake 2^10^.", "We do bake 2¹⁰."),
        ("It is {--six--}{++nine++} o'clock.", "It is nine o'clock."),
        ("It is {~~six~>nine~~} o'clock{>>really?<<}, {==sharp==}.", "It is nine o'clock, sharp."),
        ("Write `++ctrl++` and `:material-home:`.", "Write ++ctrl++ and :material-home:."),
    ],
)
def test_marks_in_a_line(source: str, text: str) -> None:
    assert read_markdown(source).text == text


def test_lines_from_other_files_are_left_out() -> None:
    source = 'Bees.\n\n--8<-- "banner.md"\n\nThey dance.\n\n--8<--\na.md\nb.md\n--8<--\n\nThey sleep.'
    assert read_markdown(source).text == "Bees.\n\nThey dance.\n\nThey sleep."


def test_an_abbreviation_is_a_paragraph_of_its_own() -> None:
    source = "A GvG takes an hour.\n*[GvG]: Guild versus guild\n*[HP]: Hit points\nIt ends at dawn."
    assert [text for _, text in shown(read_markdown(source))] == [
        "A GvG takes an hour.",
        "GvG: Guild versus guild",
        "HP: Hit points",
        "It ends at dawn.",
    ]
