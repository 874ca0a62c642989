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
