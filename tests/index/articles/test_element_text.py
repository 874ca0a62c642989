"""Text inside a block: links, images, raised figures, and what nobody sees."""

from index.articles.document import Document, DocumentBuilder
from index.articles.element_blocks import add_markup
from index.articles.front_matter import Description
from index.articles.markdown_text import read_markdown
from tests.support.blocks import links, shown


def read(markup: str) -> Document:
    builder = DocumentBuilder()
    add_markup(markup, builder)
    return builder.document(Description())


def test_links_keep_addresses_that_lead_out() -> None:
    document = read_markdown(
        "Write to [Ada](mailto:ada@a.example) or see [the **plan**](https://a.example/p 'title'), "
        "[below](#below), [items](items.md), <https://b.example>, [x](javascript:alert(1))."
    )
    assert links(document) == [
        ("Ada", "mailto:ada@a.example"),
        ("the", "https://a.example/p"),
        ("plan", "https://a.example/p"),
    ]
    assert document.text.endswith("below, items, https://b.example, x.")


def test_images_are_captions_but_for_badges_and_file_names() -> None:
    markup = (
        "<p>Text <img alt='A hedge' src='a.png'> goes on.</p><img alt='hedge.png'>"
        "<p><a href='https://a.example'><img alt='build' src='https://img.shields.io/x'></a></p>"
    )
    assert shown(read(markup)) == [("paragraph", "Text goes on."), ("caption", "A hedge")]


def test_an_image_alone_is_the_text_of_a_heading_and_of_a_cell() -> None:
    assert shown(read("<h1><img alt='Gull Harbour'></h1>")) == [("heading", "Gull Harbour")]
    row = "<table><tr><td>Fee</td><td><img alt='yes'></td></tr></table>"
    assert shown(read(row)) == [("table_row", "Fee\tyes")]


def test_raised_figures_stay_apart() -> None:
    assert (
        read("<p>10<sup>-3</sup> m<sup>2</sup>, H<sub>2</sub>O, 2<sup>nd</sup></p>").text
        == "10⁻³ m², H₂O, 2nd"
    )


def test_marks_of_links_and_notes_are_no_text() -> None:
    markup = "<h2>Fees<a href='#fees'>¶</a></h2><p>Five<a href='#n1'>[1]</a>. See <a href='#b'>below</a>.</p>"
    assert read(markup).text == "Fees\n\nFive. See below."


def test_what_nobody_sees_is_no_text() -> None:
    markup = "<p>a<!-- b --><span hidden>c</span><i style='visibility: hidden'>d</i><script>e</script></p>"
    assert read(markup).text == "a"
