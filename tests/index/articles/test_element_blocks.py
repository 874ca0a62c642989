"""Blocks of the elements of HTML that Markdown and reStructuredText are converted to."""

import pytest

from index.articles.document import Document, DocumentBuilder
from index.articles.element_blocks import add_markup
from index.articles.front_matter import Description
from index.errors import UnreadableFileError
from tests.support.blocks import leads, shown
from tests.support.growth import LINEAR, growth


def read(markup: str) -> Document:
    builder = DocumentBuilder()
    add_markup(markup, builder)
    return builder.document(Description())


def test_nested_lists_and_what_stands_in_their_items() -> None:
    markup = (
        "<p>Do this:</p><ol><li><p>Open.</p><p>Gently.</p><pre>lid\n  --open</pre><ul><li>Look</li></ul></li>"
        "<li>Close.</li></ol>"
    )
    assert leads(read(markup)) == {
        "Do this:": "",
        "Open.": "Do this",
        "Gently.": "Do this › Open.",
        "lid\n  --open": "Do this › Open.",
        "Look": "Do this › Open.",
        "Close.": "Do this",
    }


def test_definitions_know_the_terms_around_them() -> None:
    markup = "<dl><dt>sail</dt><dd><p>Sails.</p><dl><dt>boat</dt><dd>It floats.</dd></dl></dd></dl>"
    assert leads(read(markup)) == {"sail\nSails.": "sail", "boat\nIt floats.": "sail › boat"}


def test_terms_before_a_list_are_paragraphs() -> None:
    assert shown(read("<dl><dt>sail</dt><dd><ul><li>up</li></ul></dd><dt>row</dt></dl>")) == [
        ("paragraph", "sail"),
        ("list_item", "up"),
        ("paragraph", "row"),
    ]


def test_summaries_and_titles_of_components_lead_what_is_in_them() -> None:
    markup = "<details><summary>More</summary><p>a</p></details><card title='Less'><p>b</p></card><p>c</p>"
    assert leads(read(markup)) == {"More": "", "a": "More", "Less": "", "b": "Less", "c": ""}


def test_figures_quotations_and_headings() -> None:
    markup = "<h3>H</h3><figure><img alt='A'><figcaption>B</figcaption></figure><blockquote>Q</blockquote>t"
    assert shown(read(markup)) == [
        ("heading", "H"),
        ("caption", "A"),
        ("caption", "B"),
        ("quotation", "Q"),
        ("paragraph", "t"),
    ]


def test_a_long_heading_is_a_paragraph() -> None:
    assert shown(read(f"<h2>{'word ' * 60}</h2>"))[0][0] == "paragraph"


def test_elements_within_each_other_without_end_are_named() -> None:
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        read("<div>" * 5_000 + "text")


@pytest.mark.slow
@pytest.mark.parametrize("part", ["<p>a", "<ul><li>a</li></ul>", "<dl><dt>a<dd>b</dl>", "<i>a</i>", "a<br>"])
def test_markup_takes_linear_time(part: str) -> None:
    assert growth(read, part * 1_000, part * 4_000) < LINEAR
