"""Tables of pages: one block a row, whatever stands in the cells, with the names of the columns."""

import pytest

from index.articles.html_text import read_html
from tests.support.blocks import assert_sound, shown
from tests.support.growth import LINEAR, growth

HOURS = """<table><thead><tr><th>Branch</th><th>Weekdays</th></tr></thead><tbody>
<tr><td><p>Mill<b>bank</b></p></td><td><ul><li>9 to 12</li><li>2 to 5</li></ul></td></tr>
<tr><td><div>Oakfield</div></td><td>8<br>to 4</td></tr></tbody></table>"""


def rows(markup: str) -> list[tuple[str, str]]:
    """Return the text of each row and what is seen with it."""
    document = read_html(markup.encode())
    assert_sound(document)
    return [
        (document.text[block.start : block.end], block.context)
        for block in document.blocks
        if block.kind == "table_row"
    ]


def test_blocks_in_cells_stay_in_their_row() -> None:
    assert shown(read_html(HOURS.encode())) == [
        ("caption", "Branch Weekdays"),
        ("table_row", "Millbank\t9 to 12\n2 to 5"),
        ("table_row", "Oakfield\t8\nto 4"),
    ]
    assert [context for _, context in rows(HOURS)] == ["Branch · Weekdays"] * 2


@pytest.mark.parametrize(
    "header",
    [
        "<tr><th>Tool<th>Price",
        "<thead><tr><td>Tool<td>Price</thead>",
        "<tr><td><b>Tool</b><td><p><strong>Price</strong></p>",
        "<tr><th><th>Price".replace("<th><th>", "<th>Tool<th>"),
    ],
)
def test_headers(header: str) -> None:
    table = f"<table>{header}<tr><td>Saw<td>3 euros<tr><td>Axe<td>4 euros</table>"
    assert rows(table) == [("Saw\t3 euros", "Tool · Price"), ("Axe\t4 euros", "Tool · Price")]


@pytest.mark.parametrize(
    ("style", "bold"),
    [
        ("<style>.c1{color:red;font-weight:700}.c0{font-weight:400}</style>", "class=c1"),
        ("", "style='font-weight: bold'"),
    ],
)
def test_a_header_that_is_bold_by_its_style(style: str, bold: str) -> None:
    table = f"""{style}<table><tr><td><p><span {bold}>Tool</span></p><td><p><span {bold}>Price</span></p>
    <tr><td><p><span class=c0>Saw</span></p><td><p><span class=c0>3 euros</span></p></table>"""
    assert rows(table) == [("Saw\t3 euros", "Tool · Price")]


def test_code_with_numbered_lines_is_code() -> None:
    page = """<main><h1>Saws</h1><p>Start it at the lowest speed.</p><table class=highlighttable><tr>
    <td class=linenos><div class=linenodiv><pre><span class=normal>1</span>\n<span>2</span></pre></div></td>
    <td class=code><div><pre><code><span>[saw]</span>\n<span>speed</span> = 2\n</code></pre></div></td>
    </tr></table></main>"""
    assert shown(read_html(page.encode()))[2:] == [("code", "[saw]\nspeed = 2")]


def test_headers_of_two_rows_with_spans() -> None:
    table = """<table><tr><th rowspan=2>Day<th colspan=2>Open<tr><th>from<th>to
    <tr><td>Monday<td>9<td>5<tr><td>Sunday<td colspan=2>closed</table>"""
    assert rows(table) == [
        ("Monday\t9\t5", "Day · Open from · Open to"),
        ("Sunday\tclosed", "Day · Open from, Open to"),
    ]


def test_a_cell_that_spans_rows_stands_in_each() -> None:
    table = "<table><tr><th>Hall<th>Day<tr><td rowspan=2>North<td>Monday<tr><td>Friday</table>"
    assert rows(table) == [("North\tMonday", "Hall · Day"), ("North\tFriday", "Hall · Day")]


def test_rows_that_name_the_rows_below() -> None:
    table = """<table><caption>Prices</caption><tr><th>What<th>Euros<tr><th colspan=2>Food
    <tr><td>Soup<td>4<tr><th colspan=2>Drinks<tr><td>Tea<td>2</table>"""
    assert rows(table) == [
        ("Soup\t4", "Prices › Food › What · Euros"),
        ("Tea\t2", "Prices › Drinks › What · Euros"),
    ]


def test_names_in_the_first_column() -> None:
    table = "<table><tr><th>Depth<td>3 m<tr><th>Opened<td>1936</table>"
    assert rows(table) == [("Depth\t3 m", ""), ("Opened\t1936", "")]


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td><p>One.</p></td></tr></table>",
        "<table role=presentation><tr><td>One.<td>Two.</table>",
        f"<table><tr><td>Home<td><p>{'They dance. ' * 40}</table>",
        "<table><tr><td>Left<td><table><tr><td>a<td>b</table></table>",
        "<table><tr><td>a<td>b<tr><p>c</p></table>",
    ],
)
def test_tables_for_layout_hold_paragraphs(table: str) -> None:
    kinds = [kind for kind, _ in shown(read_html(table.encode()))]
    assert kinds[0] == "paragraph"


def test_links_in_cells() -> None:
    document = read_html(
        b"<table><tr><td>Ada<td>write to <a href='mailto:a@b.c'>her</a><tr><td>x<td>y</table>"
    )
    (link,) = document.blocks[0].links
    assert (document.text[link.start : link.end], link.address) == ("her", "mailto:a@b.c")


@pytest.mark.slow
@pytest.mark.parametrize(
    "row",
    [
        "<tr><td rowspan=65534>They dance for food</td></tr>",
        "<tr>" + "<td rowspan=9999 colspan=99999>a</td>" * 3 + "</tr>",
        "<tr><th colspan=1000>They dance for food</th></tr>",
    ],
)
def test_spans_do_not_swell_the_text(row: str) -> None:
    def table(times: int) -> bytes:
        return f"<table><tr><th>a<th>b</tr>{row * times}</table>".encode()

    document = read_html(table(500))
    assert len(document.text) < 6 * len(table(500))
    assert growth(read_html, table(500), table(2_000)) < LINEAR


def test_words_above_numbers_name_the_columns_of_a_table_without_a_header() -> None:
    body = "<tr><td>1<td>Order the boiler<td>Melka<tr><td>2<td>Paint the door<td>Ivo<tr><td>3<td>Sweep<td>"
    document = read_html(f"<table><tr><td>No.<td>Task<td>Who{body}</table>".encode())
    assert shown(document)[0] == ("caption", "No. Task Who")
    assert rows(f"<table><tr><td>No.<td>Task<td>Who{body}</table>")[1] == (
        "2\tPaint the door\tIvo",
        "No. · Task · Who",
    )


@pytest.mark.parametrize(
    "table",
    [
        "<tr><td>Name<td>Mill<tr><td>Built<td>1861<tr><td>Members<td>120",
        "<tr><td>Anna<td>chair<td>north<tr><td>Bo<td>clerk<td>south<tr><td>Cleo<td>cook<td>2 rooms",
        "<tr><td rowspan=2>Mon<td>Ann<td>hall<tr><td>9<td>10<tr><td>Tue<td>8<td>9",
        "<tr><th>Anna<td>chair<td>none<tr><th>Bo<td>clerk<td>3<tr><th>Cleo<td>cook<td>4",
        "<tr><td>Anna<td>chair<td>2<tr><td>Bo<td>clerk<td>3<tr><td>Cleo<td>cook<td>4",
        "<tr><td>Anna<td>chair<td>none<tr><td>Bo<td>clerk<td>3",
    ],
)
def test_a_first_row_like_the_others_names_no_columns(table: str) -> None:
    assert "caption" not in dict(shown(read_html(f"<table>{table}</table>".encode())))
