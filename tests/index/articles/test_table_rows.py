"""Rows of tables of HTML in other formats."""

import pytest

from index.articles.markdown_text import read_markdown
from tests.support.blocks import shown


def test_a_table_of_html_is_read_row_by_row() -> None:
    content = (
        "<table><thead><tr><th>Day</th><th>Open</th></tr></thead>\n<tr><td rowspan='2'>Friday</td>"
        "<td><p>9 to 12</p><ul><li>shop only</li></ul></td></tr>\n\n<tr><td>14 to <b>18</b></td></tr>"
        "<tr><th colspan='2'>Winter</th></tr><tr><td>Monday</td><td>closed</td></tr></table>"
    )
    document = read_markdown(content)
    rows = [
        (document.text[block.start : block.end], block.lead)
        for block in document.blocks
        if block.kind.value == "table_row"
    ]
    assert rows == [
        ("Friday\t9 to 12\nshop only", ""),
        ("14 to 18", "Friday"),
        ("Winter", ""),
        ("Monday\tclosed", "Winter"),
    ]
    assert document.blocks[2].cells[0].column == "Open"


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        ("<tr><td>Name</td><td>Bo</td></tr><tr><td>Age</td><td>30</td></tr>", ["table_row", "table_row"]),
        ("<tr><th>Name</th><th>Age</th></tr>", ["table_row"]),
        ("<caption>Boats</caption><tr><td>Auk</td><td>48</td></tr>", ["caption", "table_row"]),
        ("<tr><td>Only arranged.</td></tr>", ["paragraph"]),
        ("<tr><td><h2>Left</h2></td><td><p>Right.</p></td></tr>", ["heading", "paragraph"]),
        ("<tr hidden><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>", ["table_row"]),
    ],
)
def test_kinds_of_rows(table: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in shown(read_markdown(f"<table>{table}</table>"))] == kinds


def test_a_sentence_right_below_a_table_is_no_row() -> None:
    content = "| a | b |\n|---|---|\n| 1 |  |\nIt goes on below."
    assert [kind for kind, _ in shown(read_markdown(content))] == ["caption", "table_row", "paragraph"]


def test_a_name_over_several_columns_names_each() -> None:
    table = (
        "<table><thead><tr><th rowspan='2'>Day</th><th colspan='2'>Hall</th></tr>"
        "<tr><th>from</th><th>to</th></tr></thead><tr><td>Friday</td><td>9</td><td>12</td></tr></table>"
    )
    assert [cell.column for cell in read_markdown(table).blocks[-1].cells] == ["Day", "Hall from", "Hall to"]


def test_cells_beside_one_that_spans_rows_and_columns_keep_their_columns() -> None:
    table = (
        "<table><thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>"
        "<tr><td rowspan='2' colspan='2'>big</td><td>one</td></tr><tr><td>two</td></tr>"
        "<tr><td>x</td><td>y</td><td>z</td></tr></table>"
    )
    _, first, second, third = read_markdown(table).blocks
    assert [cell.column for cell in first.cells] == ["A", "C"]
    assert (second.lead, [cell.column for cell in second.cells]) == ("big", ["C"])
    assert [cell.column for cell in third.cells] == ["A", "B", "C"]
