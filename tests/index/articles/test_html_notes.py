"""Marks that lead to notes are no text; the notes are."""

import pytest

from index.articles.html_text import read_html
from tests.support.blocks import links


@pytest.mark.parametrize(
    "mark",
    [
        "<sup class=reference><a href='#n'>[1]</a></sup>",
        "<sup><a href='#n'><span>&#91;</span>1<span>&#93;</span></a></sup>",
        "<sup id='fnref:1'><a class=footnote-ref href='#n'>1</a></sup>",
        "<a href='#n' class=footnote-ref role=doc-noteref><sup>1</sup></a>",
        " <a class=footnote-reference href='#n' role=doc-noteref><span>[</span>1<span>]</span></a>",
        "<sup><a href='#ftnt1' id=ftnt_ref1>[1]</a></sup>",
        "<sup><a href='#n'>[note 2]</a></sup><sup><a href='#m'>[a]</a></sup>",
        "<sup><a href='#n'>2</a>, <a href='#m'>3</a></sup>",
        "<sup class=noprint>[<i><a href=/wiki/Help>citation needed</a></i>]</sup>",
    ],
)
def test_marks_of_notes_are_left_out(mark: str) -> None:
    page = f"<h1>Bees</h1><p>They dance{mark}. They sleep.</p><p id=n>At noon, that is.</p>"
    document = read_html(page.encode())
    assert document.text == "Bees\n\nThey dance. They sleep.\n\nAt noon, that is."
    assert links(document) == []


@pytest.mark.parametrize(
    "note",
    [
        "<a href='#r'>[1]</a>&nbsp;At noon.",
        "<span class=mw-cite-backlink>^ <a href='#a'><sup>a</sup></a> <a href='#b'>b</a></span> At noon.",
        "At noon.&nbsp;<a class=footnote-backref href='#r'>&#8617;</a>",
        "<span class=label><span class=fn-bracket>[</span><a role=doc-backlink href='#r'>1</a>"
        "<span class=fn-bracket>]</span></span><p>At noon.</p>",
    ],
)
def test_a_note_stands_without_the_mark_that_leads_back(note: str) -> None:
    document = read_html(f"<h1>Bees</h1><p>They dance.</p><ol><li>{note}</li></ol>".encode())
    assert document.text.split("\n\n")[-1].strip() == "At noon."


@pytest.mark.parametrize(
    "text",
    [
        "area<sup>2</sup>",
        "x<sup><a href='#new'>new</a></sup>",
        "rule <a href='#b'>(b)</a>",
        "<a href='#b'>b</a>",
    ],
)
def test_other_raised_text_and_links_stay(text: str) -> None:
    shown = read_html(f"<h1>Bees</h1><p>See {text} here.</p>".encode()).text
    assert shown.removeprefix("Bees\n\nSee ") in ("area² here.", "xnew here.", "rule (b) here.", "b here.")


@pytest.mark.parametrize(
    "head",
    [
        "<!-- saved from url=(0031)https://wiki.example.org/w/Bees --><html><head></head>",
        "<html><head><link rel=canonical href=https://wiki.example.org/w/Bees></head>",
    ],
)
def test_links_to_parts_of_a_page_that_a_browser_saved_are_links_in_it(head: str) -> None:
    address = "https://wiki.example.org/w/Bees"
    page = f"""{head}<body><ul><li><a href="{address}#food">Food</a><li><a href="{address}#rest">Rest</a></ul>
    <h1>Bees</h1><h2 id=food>Food<a href="{address}#food">¶</a></h2>
    <p>They dance<sup><a href="{address}#n1">[1]</a></sup>.</p></body>"""
    document = read_html(page.encode())
    assert [str(block.kind) for block in document.blocks] == [
        "contents",
        "contents",
        "heading",
        "heading",
        "paragraph",
    ]
    assert document.text.endswith("Food\n\nThey dance.")
