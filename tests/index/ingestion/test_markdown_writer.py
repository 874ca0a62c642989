"""Markdown that is written of a page says what the page says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import Description
from index.articles.html_text import read_html
from index.articles.markdown_text import read_markdown
from index.ingestion.markdown_writer import write_markdown
from index.records import BlockKind
from tests.support.paths import ROOT

PAGES = ROOT / "tests" / "data" / "web"
PROSE = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.QUOTATION,
    BlockKind.TABLE_ROW,
)


def words_read_back(document: Document) -> list[str]:
    return read_markdown(write_markdown(document)).text.split()


@pytest.mark.parametrize("name", ["news", "manual", "thread"])
def test_a_page_reads_back_as_it_was(name: str) -> None:
    document = read_html((PAGES / f"{name}.html").read_bytes())
    assert words_read_back(document) == document.text.split()


def test_it_is_markdown_as_people_write_it() -> None:
    written = write_markdown(read_html((PAGES / "news.html").read_bytes(), "https://example.org/"))
    assert "\n## Timetable\n\n| From | First boat | Last boat |\n| --- | --- | --- |\n" in written
    assert "\n| Lund Island | 06:50 | 22:20 |\n" in written
    assert (
        "\n- Adults pay 7 euros each way.\n- Children below 12 and "
        "[bicycles](<https://example.org/news/bicycles-on-board>) travel free.\n"
    ) in written
    manual = write_markdown(read_html((PAGES / "manual.html").read_bytes()))
    assert (
        "\n```\nsudo tidewatch-setup --yes\n# then start the daemon:\ntidewatchd --port 7070\n```\n" in manual
    )
    assert "\npoll_seconds\n:   How often a gauge is asked. The default is 90.\n" in manual
    assert "\n- Set the station.\n  - Use the number on the gauge.\n" in manual


def test_pages_about_percent_signs_keys_and_colons_read_back_as_they_were() -> None:
    document = read_html(
        b"<p>In a batch file write %%i for the variable of a loop.</p><p>The loop ends with a bracket.</p>"
        b"<p>Another is %%j in a <a href='https://example.org/a%%20b'>nested</a> loop, %%%k a third.</p>"
        b"<p>Type ++ctrl++ for a key, and :material-home: for an icon, at 12:30.</p>"
    )
    written = write_markdown(document)
    assert read_markdown(written).text == document.text
    assert "at 12:30." in written


@given(
    st.lists(
        st.tuples(
            st.sampled_from(PROSE),
            st.lists(
                st.text(st.sampled_from("ab 1.)(#*_-+=>|`~\\[]{}<!&;:$^%\"'/@?,"), max_size=20), max_size=2
            ).map(lambda lines: "\n".join(f"{line} a" for line in lines)),
        ),
        max_size=4,
    )
)
@example([(BlockKind.PARAGRAPH, "import Tabs from 'x'")])
@example([(BlockKind.PARAGRAPH, "a {{ secret }} b {% x %} c")])
@example([(BlockKind.PARAGRAPH, "a <!-- b --> c <script>d</script> &amp; e")])
@example([(BlockKind.PARAGRAPH, "[[Old Barn|barn]] ==a== ^b^ ~~c~~ H~2~O [^1] :::note a")])
@example(
    [(BlockKind.PARAGRAPH, "%%i a ++ctrl++ b"), (BlockKind.PARAGRAPH, "%%%j c"), (BlockKind.QUOTATION, "%%")]
)
@example([(BlockKind.LIST_ITEM, "a :material-home: b +++ctrl+alt++ c"), (BlockKind.PARAGRAPH, "++ %% d")])
@example([(BlockKind.HEADING, "1. a ##"), (BlockKind.LIST_ITEM, "- b"), (BlockKind.QUOTATION, "[!NOTE] c")])
def test_marks_in_a_text_stay_text(blocks: list[tuple[BlockKind, str]]) -> None:
    builder = DocumentBuilder()
    builder.add(BlockKind.PARAGRAPH, "beginning")
    for kind, text in blocks:
        if kind is BlockKind.TABLE_ROW:
            builder.add_row([text, "end"], ["one", "two"])
        else:
            builder.add(kind, text, level=1 if kind in (BlockKind.HEADING, BlockKind.LIST_ITEM) else 0)
    document = builder.document(Description())
    expected = document.text.split()
    rows = sum(block.kind is BlockKind.TABLE_ROW for block in document.blocks)
    read = words_read_back(document)
    assert [word for word in read if word not in ("one", "two")] == expected, write_markdown(document)
    assert read.count("one") <= rows


def rows_of(document: Document) -> list[list[tuple[str, str]]]:
    """Return the cells of all rows, each with the name of its column."""
    rows = (block.cells for block in document.blocks if block.kind is BlockKind.TABLE_ROW)
    return [[(cell.column, document.text[cell.start : cell.end]) for cell in cells] for cells in rows]


def html_table(*rows: str) -> bytes:
    """Return a table whose cells are separated by "|", with the names of the columns in its first row."""
    head, *body = (row.split("|") for row in rows)
    written = "".join(f"<th>{name}</th>" for name in head)
    below = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in body)
    return f"<h1>Times</h1><table><tr>{written}</tr>{below}</table>".encode()


@pytest.mark.parametrize(
    "rows",
    [
        ["Place|Mon|Tue", "Hall|9|10", "Pool||11", "Gym|8|12"],
        ["Place|Mon|Tue", "Pool||11", "Hall|9|10"],
        ["Place|Mon|Tue", "Hall|9|", "Pool|8|"],
        ["Name|Price|Price", "Bread|3|4", "Milk|1|2"],
        ["Name|Price|Price", "Bread||4", "Milk|1|2"],
        ["|Mon|Tue", "Hall|9|10", "Pool||11", "|8|12"],
        ["|Mon|", "Hall|9|open", "|8|", "||closed"],
        ["||Mon|Tue", "Hall|old|9|10", "Pool|new||", "Gym||8|12"],
        ["||Mon|Tue", "Pool|new||", "Hall|old|9|10"],
    ],
)
def test_a_table_with_gaps_or_equal_names_stays_one_table(rows: list[str]) -> None:
    document = read_html(html_table(*rows))
    written = write_markdown(document)
    read = read_markdown(written)
    assert written.count("\n| --- ") == 1
    assert read.text == document.text
    assert rows_of(read) == rows_of(document)


@pytest.mark.parametrize(
    "html",
    [
        "<tr><th>Place<th colspan=2>Mon<tr><td colspan=3>Indoors<tr><td>Hall<td>9<td>10<tr><td>Gym<td>8<td>9",
        "<tr><th>Place<th>Mon<th>Tue<tr><td>Hall<td>9<td>10<tr><td>Gym<td colspan=2>no<tr><td>Pool<td><td>8",
    ],
)
def test_names_and_cells_across_several_columns_keep_one_table(html: str) -> None:
    document = read_html(f"<h1>Times</h1><table>{html}</table>".encode())
    written = write_markdown(document)
    assert written.count("\n| --- ") == 1
    assert "Place Mon" not in written
    assert rows_of(read_markdown(written)) == rows_of(document)


def test_rows_below_a_label_keep_the_names_of_the_table() -> None:
    head = b"<h1>Times</h1><table><tr><th>Place<th>Mon<th>Tue<tr><td>Hall<td>9<td>10"
    document = read_html(
        head + b"<tr><th colspan=3>Outdoors<tr><td>Lake<td>9<td><tr><td>Pond<td><td>8</table>"
    )
    written = write_markdown(document)
    assert written.count("\n| Place | Mon | Tue |\n") == 2
    assert rows_of(read_markdown(written)) == rows_of(document)


def test_tables_of_other_names_are_two_whatever_gaps_they_have() -> None:
    document = read_html(html_table("Place|Mon", "Hall|9", "Gym|") + html_table("Name|Price", "Bread|3"))
    written = write_markdown(document)
    assert written.count("\n| --- ") == 2
    assert rows_of(read_markdown(written)) == rows_of(document)
