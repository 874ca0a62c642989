"""Outline: the headings above each block, and what introduces items, answers and definitions."""

from index.articles.document import DocumentBuilder
from index.articles.front_matter import Description
from index.articles.outline import LONGEST_LEAD, with_outline
from index.records import Block, BlockKind

HEADING, TEXT = BlockKind.HEADING, BlockKind.PARAGRAPH
ITEM, QUESTION = BlockKind.LIST_ITEM, BlockKind.QUESTION
Part = tuple[BlockKind, str] | tuple[BlockKind, str, int]


def outline(*parts: Part, title: str = "Guide") -> list[Block]:
    builder = DocumentBuilder()
    for kind, text, *level in parts:
        builder.add(kind, text, level=level[0] if level else 0)
    document = builder.document(Description())
    return list(with_outline(document.text, document.blocks, title))


def test_a_block_knows_the_headings_above_it() -> None:
    blocks = outline(
        (HEADING, "Guide", 1),
        (TEXT, "a"),
        (HEADING, "Rules", 2),
        (TEXT, "b"),
        (HEADING, "Night", 3),
        (TEXT, "c"),
        (HEADING, "Fees", 2),
        (TEXT, "d"),
    )
    assert [block.section for block in blocks] == [
        (),
        (),
        (),
        ("Rules",),
        ("Rules",),
        ("Rules", "Night"),
        (),
        ("Fees",),
    ]


def test_levels_may_be_skipped() -> None:
    blocks = outline((HEADING, "Deep", 4), (TEXT, "a"), (HEADING, "Top", 1), (TEXT, "b"))
    assert [block.section for block in blocks] == [(), ("Deep",), (), ("Top",)]


def test_a_list_has_the_line_before_it_as_its_lead() -> None:
    blocks = outline(
        (TEXT, "Much is said. Not allowed on plots:"),
        (ITEM, "bonfires", 1),
        (ITEM, "sheds:", 1),
        (ITEM, "tall", 2),
    )
    assert [block.lead for block in blocks] == [
        "",
        "Not allowed on plots",
        "Not allowed on plots",
        "Not allowed on plots › sheds",
    ]


def test_a_sentence_before_a_list_does_not_introduce_it() -> None:
    blocks = outline((TEXT, "The field is closed until August."), (ITEM, "Order stakes", 1))
    assert blocks[1].lead == ""


def test_a_new_list_has_a_lead_of_its_own() -> None:
    blocks = outline(
        (TEXT, "Bring:"),
        (ITEM, "a tent", 1),
        (TEXT, "Leave:"),
        (ITEM, "the dog", 1),
        (HEADING, "Else", 2),
        (ITEM, "x", 1),
    )
    assert [block.lead for block in blocks if block.kind is ITEM] == ["Bring", "Leave", ""]


def test_an_answer_has_its_question_as_its_lead() -> None:
    blocks = outline(
        (QUESTION, "How long is a permit valid?"), (TEXT, "For thirty months."), (TEXT, "Always.")
    )
    assert [block.lead for block in blocks] == ["", "How long is a permit valid?", ""]


def test_a_lead_is_not_longer_than_is_read() -> None:
    blocks = outline((TEXT, "word " * 200 + "these:"), (ITEM, "one", 1))
    assert blocks[1].lead.endswith("these")
    assert len(blocks[1].lead) == LONGEST_LEAD
