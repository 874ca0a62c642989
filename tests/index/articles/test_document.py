"""Documents: the text that a builder makes of blocks, and where the blocks stand in it."""

from hypothesis import given
from hypothesis import strategies as st

from index.articles.document import Document, DocumentBuilder, Run
from index.articles.front_matter import Description
from index.records import BlockKind, Cell, Link

KINDS = st.sampled_from([kind for kind in BlockKind if kind is not BlockKind.TABLE_ROW])
TEXTS = st.text(alphabet="a é1\n\t\u00a0.,*\u00ad", max_size=12)


def build(*blocks: tuple[BlockKind, str]) -> Document:
    builder = DocumentBuilder()
    for kind, text in blocks:
        builder.add(kind, text)
    return builder.document(Description())


def test_blocks_stand_apart_and_items_of_one_list_in_lines() -> None:
    document = build(
        (BlockKind.HEADING, " Bees\n"),
        (BlockKind.PARAGRAPH, "They   dance:"),
        (BlockKind.LIST_ITEM, "slowly"),
        (BlockKind.LIST_ITEM, "fast"),
    )
    assert document.text == "Bees\n\nThey dance:\n\nslowly\nfast"
    assert [document.text[block.start : block.end] for block in document.blocks] == [
        "Bees",
        "They dance:",
        "slowly",
        "fast",
    ]


def test_line_breaks_and_no_break_spaces_stay_and_code_stays_as_it_is() -> None:
    assert build((BlockKind.PARAGRAPH, "one \n  two\u00a0%")).text == "one\ntwo\u00a0%"
    assert build((BlockKind.CODE, "\nif x:\n    y()\n")).text == "if x:\n    y()"


def test_blocks_without_words_are_left_out() -> None:
    assert build((BlockKind.PARAGRAPH, "***"), (BlockKind.PARAGRAPH, " ")) == Document(Description(), "", ())


def test_links_keep_their_place_and_their_address() -> None:
    builder = DocumentBuilder()
    builder.add(BlockKind.PARAGRAPH, "First.")
    runs = [Run("  See "), Run(" the rules ", "https://a.b/rules"), Run("now.")]
    builder.add(BlockKind.PARAGRAPH, runs, page=3, lead="a\n b")
    document = builder.document(Description())
    block = document.blocks[1]
    (link,) = block.links
    assert document.text[block.start : block.end] == "See the rules now."
    assert (document.text[link.start : link.end], link.address) == ("the rules", "https://a.b/rules")
    assert (block.page, block.lead) == (3, "a b")


def test_a_row_knows_the_columns_of_its_cells() -> None:
    builder = DocumentBuilder()
    builder.add(BlockKind.PARAGRAPH, "Fleet")
    builder.add_row(["Marigold", "", [Run("1"), Run("20", "https://x.y")]], ["Boat", "Built", " Seats "])
    builder.add_row(["", "***"], ["Boat"])
    document = builder.document(Description())
    (_, row) = document.blocks
    assert document.text == "Fleet\n\nMarigold\t120"
    assert row.cells == (Cell("Boat", 7, 15), Cell("Seats", 16, 19))
    assert row.links == (Link(17, 19, "https://x.y"),)


@given(st.lists(st.tuples(KINDS, TEXTS), max_size=6))
def test_blocks_ascend_and_hold_every_word(blocks: list[tuple[BlockKind, str]]) -> None:
    document = build(*blocks)
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end
        assert not document.text[position : block.start].strip()
        position = block.end
    assert position == len(document.text)
    written = [char for _, text in blocks for char in text if char.isalnum()]
    assert [char for char in document.text if char.isalnum()] == written


def test_lone_surrogates_are_replaced() -> None:
    builder = DocumentBuilder()
    builder.add(BlockKind.PARAGRAPH, [Run("a\ud83d", "https://x.y/\ud83d")], lead="b\udc00")
    builder.add_row(["c\ud83d"], ["d\ud83d"])
    document = builder.document(Description())
    first, row = document.blocks
    assert document.text == "a\ufffd\n\nc\ufffd"
    assert (first.lead, first.links[0].address, row.cells[0].column) == (
        "b\ufffd",
        "https://x.y/\ufffd",
        "d\ufffd",
    )


def test_the_names_of_columns_are_a_caption_with_cells() -> None:
    builder = DocumentBuilder()
    builder.add_header(["No.", "", [Run("First "), Run("name", "https://a.example")]], lead="Boats")
    document = builder.document(Description())
    assert document.text == "No. First name"
    (block,) = document.blocks
    assert (block.kind, block.lead) == (BlockKind.CAPTION, "Boats")
    assert block.cells == (Cell("", 0, 3), Cell("", 4, 14))
    assert block.links == (Link(10, 14, "https://a.example"),)
