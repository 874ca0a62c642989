"""Kinds of blocks in pages, and what introduces them."""

import pytest

from index.articles.html_text import read_html
from index.articles.outline import with_outline
from tests.support.blocks import shown


def leads(markup: str) -> list[tuple[str, str, str]]:
    """Return the kind, the text and the lead of each block."""
    document = read_html(markup.encode())
    blocks = with_outline(document.text, document.blocks, "")
    return [(str(b.kind), document.text[b.start : b.end], b.lead) for b in blocks]


def test_terms_introduce_their_definitions() -> None:
    page = "<dl><dt>Super<dd>A box.<dt>Smoker<dt>Can<dd>It <b>burns</b>.<dd>Wood.<dt>Lid<dd>A roof.</dl>"
    assert [block for block in leads(page) if block[0] == "definition"] == [
        ("definition", "A box.", "Super"),
        ("definition", "It burns.", "Smoker, Can"),
        ("definition", "Wood.", "Smoker, Can"),
        ("definition", "A roof.", "Lid"),
    ]


def test_terms_of_a_list_in_a_definition() -> None:
    page = """<dl><dt>sail(boat)<dd><p>Sails.</p><dl><dt>Takes<dd>A boat.<dt>Raises<dd>A storm.</dl>
    <dt>row(boat)<dd>Rows.</dl>"""
    assert [block for block in leads(page) if block[0] == "definition"] == [
        ("definition", "Sails.", "sail(boat)"),
        ("definition", "A boat.", "sail(boat) › Takes"),
        ("definition", "A storm.", "sail(boat) › Raises"),
        ("definition", "Rows.", "row(boat)"),
    ]


def test_a_summary_introduces_all_that_it_opens() -> None:
    page = "<details><summary><h3>How far?</h3></summary><p>Three miles.<p>At most.</details><p>They fly."
    assert leads(page) == [
        ("question", "How far?", ""),
        ("paragraph", "Three miles.", "How far?"),
        ("paragraph", "At most.", "How far?"),
        ("paragraph", "They fly.", ""),
    ]


def test_the_title_of_a_note_introduces_it() -> None:
    page = """<div class="admonition warning"><p class=admonition-title>Do not fly</p><p>It storms.</p>
    <ul><li>Wait.</ul></div><p>They fly.</p>"""
    assert leads(page) == [
        ("paragraph", "Do not fly", ""),
        ("paragraph", "It storms.", "Do not fly"),
        ("list_item", "Wait.", "Do not fly"),
        ("paragraph", "They fly.", ""),
    ]


def test_a_button_introduces_what_it_opens() -> None:
    page = "<button aria-expanded=false aria-controls=a>How far?</button><div id=a hidden>Three miles.</div>"
    assert leads(page) == [("question", "How far?", ""), ("paragraph", "Three miles.", "How far?")]


def test_a_heading_with_a_button_stays_a_heading() -> None:
    item = "<h2><button aria-expanded=false data-target='#{0}'>{0}?</button></h2><div id={0} hidden>{1}</div>"
    page = item.format("Far", "Three miles.") + item.format("High", "A mile.")
    assert [(kind, text) for kind, text, _ in leads(page)] == [
        ("heading", "Far?"),
        ("paragraph", "Three miles."),
        ("heading", "High?"),
        ("paragraph", "A mile."),
    ]


def test_what_opens_on_a_click_without_being_a_button() -> None:
    page = (
        "<div class=faq><div onclick='f()'>How far?</div><div style='display:none'>Three miles.</div></div>"
    )
    assert leads(page) == [("question", "How far?", ""), ("paragraph", "Three miles.", "How far?")]


def test_levels_of_lists_of_google_docs() -> None:
    page = """<ul class="c1 lst-kix_a1-0 start"><li>Tools</ul>
    <ul class="c1 lst-kix_a1-1 start"><li>Saw<li>Axe</ul><ul class="c1 lst-kix_a1-0"><li>Food</ul>"""
    assert leads(page) == [
        ("list_item", "Tools", ""),
        ("list_item", "Saw", "Tools"),
        ("list_item", "Axe", "Tools"),
        ("list_item", "Food", ""),
    ]


def test_an_item_that_begins_with_another_block_is_none_of_the_item_before() -> None:
    page = """<ul><li>Mend the hose</ul>
    <ul><li><details><summary>At night</summary><p>Call Ann.</details></ul>
    <ul><li>Mend the door<li><pre>saw --on</pre></ul>"""
    assert leads(page) == [
        ("list_item", "Mend the hose", ""),
        ("question", "At night", ""),
        ("paragraph", "Call Ann.", "At night"),
        ("list_item", "Mend the door", ""),
        ("code", "saw --on", ""),
    ]


def test_further_blocks_of_an_item() -> None:
    page = "<p>Bring:<ul><li><p>a saw</p><p>It is sharp.</p><pre>saw --on</pre></li><li>an axe</ul>"
    assert leads(page) == [
        ("paragraph", "Bring:", ""),
        ("list_item", "a saw", "Bring"),
        ("paragraph", "It is sharp.", "Bring › a saw"),
        ("code", "saw --on", "Bring › a saw"),
        ("list_item", "an axe", "Bring"),
    ]


def test_nested_lists() -> None:
    page = "<p>Bring:<ul><li>tools:<ul><li>a <b>saw</b><li>an axe</ul><li><p>water</p></ul>"
    assert leads(page) == [
        ("paragraph", "Bring:", ""),
        ("list_item", "tools:", "Bring"),
        ("list_item", "a saw", "Bring › tools"),
        ("list_item", "an axe", "Bring › tools"),
        ("list_item", "water", "Bring"),
    ]


@pytest.mark.parametrize(
    "markup",
    [
        "<ul><li><a href='#a'>Food</a><li><a href='#b'>Flight</a></ul>",
        "<div class=toc><p>On this page</p><a href='#a'>Food</a><br><a href='#b'>The long flight</a></div>",
        "<p><a href='#a'>Food</a> | <a href='#b'>Flight</a></p>",
    ],
)
def test_links_inside_the_page_are_contents(markup: str) -> None:
    kinds = {kind for kind, _ in shown(read_html(f"{markup}<h2 id=a>Food</h2><p>Nectar.</p>".encode()))}
    assert kinds == {"contents", "heading", "paragraph"}


def test_addresses() -> None:
    page = b"""<link rel=canonical href='https://a.b/c/d'><p><a href='mailto:x@y.z'> us </a>,
    <a href=e>it</a>, <a href='javascript:x'>no</a>, <a href='https://[x'>no</a>,
    <a href='tel:+1'><b>call</b></a></p>"""
    document = read_html(page)
    links = {document.text[link.start : link.end]: link.address for link in document.blocks[0].links}
    assert links == {"us": "mailto:x@y.z", "it": "https://a.b/c/e", "call": "tel:+1"}


def test_a_redirect_of_google_docs_is_the_address_that_it_leads_to() -> None:
    link = "https://www.google.com/url?q=https://example.org/bees%3Fa%3D1&amp;sa=D&amp;usg=x"
    block = read_html(f"<p>The <a href='{link}'>bees</a></p>".encode()).blocks[0]
    assert [link.address for link in block.links] == ["https://example.org/bees?a=1"]


def test_two_breaks_end_a_paragraph() -> None:
    assert read_html(b"<p>One<br>two.<br> <br>Three.").text == "One\ntwo.\n\nThree."


def test_quotation_marks_that_a_browser_adds() -> None:
    assert read_html(b"<p>She said <q>go <a href='https://a.b'>on</a></q>.").text == "She said “go on”."


def test_white_space_is_that_of_a_browser() -> None:
    assert read_html("<p>75\u00a0euros \n\t a\r\nday<pre>a\n  b<br>c\n</pre>".encode()).text == (
        "75\u00a0euros a day\n\na\n  b\nc"
    )


CLOSED = "<div class=panel style='display:none'><p>Two.</p></div>"


@pytest.mark.parametrize(
    "box",
    [
        f"<div class=accordion><div><h3><button aria-expanded=false>Dogs</button></h3>{CLOSED}</div></div>",
        f"<h3 class=accordion-title><a href='#d'>Dogs</a></h3>{CLOSED}",
        "<h3><a href='#d' data-toggle=collapse>Dogs</a></h3><div id=d class=collapse><p>Two.</p></div>",
        "<details><summary>All</summary><h3>Dogs</h3><p>Two.</p></details>",
        "<aside class=note><h3>Dogs</h3><p>Two.</p></aside>",
    ],
)
def test_a_section_ends_with_its_accordion_or_box(box: str) -> None:
    document = read_html(f"<h2>Camp</h2><p>Yes.</p>{box}<p>It opens in May.</p>".encode())
    blocks = with_outline(document.text, document.blocks, "", document.section_ends)
    sections = {document.text[block.start : block.end]: block.section for block in blocks}
    assert sections["Two."] == ("Camp", "Dogs")
    assert sections["It opens in May."] == ("Camp",)


def test_a_heading_alone_in_a_box_is_that_of_what_follows() -> None:
    document = read_html(b"<div class=faq-question><h2>Dogs</h2></div><p>Two.</p>")
    assert with_outline(document.text, document.blocks, "", document.section_ends)[1].section == ("Dogs",)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "5 m<sup>2</sup> of 10<sup>&minus;3</sup>, H<sub>2</sub>O, 2<sup>nd</sup>",
            "5 m² of 10⁻³, H₂O, 2nd",
        ),
        ("Five.<sup><a href='#n1' id='r1'>[1]</a></sup> Six.", "Five. Six."),
        ("Five.<a href='notes.xhtml#n1' role='doc-noteref'><sup>1</sup></a> Six.", "Five. Six."),
        ("Five.<a href='#n1' role='doc-noteref'>1</a> Six.", "Five. Six."),
        ("See <a href='#n1'>1</a> and <sup><a href='#n1'>below</a></sup>.", "See 1 and below."),
    ],
)
def test_raised_digits_and_the_marks_of_notes(markup: str, text: str) -> None:
    page = f"<p>{markup}</p><table><tr><th>a<th>b<tr><td>{markup}<td>c</table>"
    document = read_html(page.encode())
    assert shown(document) == [("paragraph", text), ("caption", "a b"), ("table_row", f"{text}\tc")]
