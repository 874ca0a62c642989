"""Plain text: the text stays as it is, and its blocks are what a person sees in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.outline import with_outline
from index.articles.plain_text import plain_text_blocks, read_plain_text
from index.articles.text_lines import mark
from index.records import BlockKind
from index.segmentation.sentences import split_sentences
from tests.support.growth import LINEAR, growth


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, text[block.start : block.end]) for block in plain_text_blocks(text)]


def contexts(text: str) -> list[str]:
    return [block.context for block in with_outline(text, plain_text_blocks(text), "")]


PROSE = (
    "The engines stay off at night, and that holds for guests as well as\nfor the owners of boats. So be it."
)


@pytest.mark.parametrize(
    ("heading", "shown", "level"),
    [
        ("Quiet hours\n===========\n", "Quiet hours", 1),
        ("Quiet hours\n-----------\n", "Quiet hours", 2),
        ("Quiet hours\n~~~~~~~~~~~\n", "Quiet hours", 3),
        ("7.2 Quiet hours\n\n", "7.2 Quiet hours", 3),
        ("7.2 Quiet hours\n", "7.2 Quiet hours", 3),
        ("12. QUIET HOURS\n\n", "QUIET HOURS", 2),
        ("QUIET HOURS\n", "QUIET HOURS", 1),
        ("Quiet hours\n\n", "Quiet hours", 4),
        ("Quiet hours\n", "Quiet hours", 4),
        ("### Quiet hours ###\n", "Quiet hours", 3),
        ("Chapter 3. Quiet hours\n\n", "Chapter 3. Quiet hours", 1),
    ],
)
def test_headings(heading: str, shown: str, level: int) -> None:
    text = f"The harbour\n\nIt is old.\n\n{heading}{PROSE}\n"
    found = plain_text_blocks(text)
    assert [block.kind.value for block in found] == ["heading", "paragraph", "heading", "paragraph"]
    assert text[found[2].start : found[2].end] == shown
    assert found[2].level == level
    assert text[found[3].start : found[3].end] == PROSE


@pytest.mark.parametrize(
    "line",
    ["It rains all day.", "By Ada Holm", "3 March 2021", "https://example.org/a", "and then it stopped"],
)
def test_what_is_no_heading(line: str) -> None:
    assert ("heading", line) not in blocks(f"The harbour\n\nIt is old.\n\n{line}\n\n{PROSE}\n")


@pytest.mark.parametrize(
    "marks",
    [
        ["· ", "· ", "· "],
        ["■ ", "■ ", "■ "],
        ["\uf0b7 ", "\uf0b7 ", "\uf0b7 "],
        ["o ", "o ", "o "],
        ["- [ ] ", "- [x] ", "- [ ] "],
        ["1. ", "2. ", "3. "],
        ["1) ", "2) ", "3) "],
        ["A. ", "B. ", "C. "],
        ["i) ", "ii) ", "iii) "],
        ["(a) ", "(b) ", "(c) "],
        ["Step 1: ", "Step 2: ", "Step 3: "],
    ],
)
def test_an_item_begins_behind_its_mark(marks: list[str]) -> None:
    items = ["Open the lower vent", "lay six sticks, which\n   must be dry", "Light them"]
    text = "What to do:\n" + "\n".join(map("".join, zip(marks, items, strict=True)))
    assert blocks(text) == [("paragraph", "What to do:"), *(("list_item", item) for item in items)]
    assert all(context.startswith("What to do") for context in contexts(text)[1:])


def test_numbered_lines_with_prose_below_are_headings_without_empty_lines() -> None:
    text = (
        "Camp rules\nI. Scope\nThese rules hold for all guests of the camp.\nII. Noise\nBe quiet after ten.\n"
        "IV. Fires\nFires are allowed at the lake only, never in the woods.\n"
    )
    assert [shown for kind, shown in blocks(text) if kind == "heading"] == [
        "Camp rules",
        "Scope",
        "Noise",
        "Fires",
    ]
    recipe = "1. Mix the flour\nUse a bowl.\n2. Bake it\nFor an hour.\n"
    assert {kind for kind, _ in blocks(recipe)} == {"list_item"}


def test_a_line_above_a_table_introduces_its_rows() -> None:
    text = "Boats of the harbour\nBoat\tSeats\nHeron\t80\nTern\t9\n\nGull\tno seats\n\nIt is small.\n"
    assert blocks(text) == [
        ("caption", "Boats of the harbour"),
        ("table_row", "Boat\tSeats"),
        ("table_row", "Heron\t80"),
        ("table_row", "Tern\t9"),
        ("paragraph", "Gull\tno seats"),
        ("paragraph", "It is small."),
    ]


def test_the_number_of_an_item_is_seen_with_it() -> None:
    assert contexts("RULES\n\n1. Be decent.\n2. Be kind.\n") == ["", "RULES › 1", "RULES › 2"]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["1.8.2 (hotfix, 3 October)", "1.8.1 (2 October)"], "list_item"),
        (["1.8.2 (hotfix, 3 October)\n", "Seats for two\n", "It rains."], "heading"),
        (["1.1 Be decent.", "1.2 Be kind.", "2.1 Go home by ten."], "list_item"),
        (["(1.1) Be decent.", "(1.2) Be kind."], "list_item"),
        (["10.0.0.1 The router.", "10.0.0.2 The printer."], "list_item"),
        (["Level 3 opens the forge.", "Level 4 opens the quay."], "list_item"),
        (["§ 3 Boats have names.", "§ 4 Names are short."], "list_item"),
    ],
)
def test_numbers_of_versions_and_sections_stay_in_the_text(lines: list[str], kind: str) -> None:
    found = blocks("\n".join(lines) + "\n")
    assert found[0] == (kind, lines[0].strip())
    assert [shown for _, shown in found] == [line.strip() for line in lines]


def test_what_changed_in_a_version_follows_its_number() -> None:
    text = "1.8.2 (hotfix, 3 October)\n- mends a crash\n\n1.8.1 (2 October)\n- adds maps\n"
    assert contexts(text) == ["", "1.8.2 (hotfix, 3 October)", "", "1.8.1 (2 October)"]
    headed = "Changes\n\n1.8.2 (hotfix, 3 October)\n\nIt mends a crash that came with the maps.\n"
    assert blocks(headed)[1] == ("heading", "1.8.2 (hotfix, 3 October)")


def test_the_number_of_a_section_is_seen_with_its_further_sentences() -> None:
    assert contexts("RULES\n\n1.1 Be decent.\n1.2 Be kind. Smile.\n") == ["", "RULES", "RULES › 1.2"]


def test_a_number_in_a_wrapped_sentence_is_no_item() -> None:
    text = "The new quay was to cost the town no less than about\n1.5 million crowns. It is not built."
    assert blocks(text) == [("paragraph", text)]
    short = "The pump costs about\n12.5 pounds a day."
    assert blocks(short) == [("paragraph", short)]


@pytest.mark.parametrize(
    "text",
    [
        "J. R. R. Tolkien was born in 1892.",
        "E. coli lives in the gut.",
        "3. May 2024: opening of the hall.",
        "The mill was founded in the year 1890 by the famous\nA. Smith and his brothers, who came from here.",
    ],
)
def test_initials_and_dates_at_the_beginning_of_a_line_stay_in_the_text(text: str) -> None:
    (block,) = plain_text_blocks(text)
    assert (block.kind, text[block.start : block.end]) == (BlockKind.PARAGRAPH, text)


def test_ticks_and_crosses_say_something() -> None:
    assert blocks("✓ Breakfast\n✗ Drinks") == [("list_item", "✓ Breakfast"), ("list_item", "✗ Drinks")]


def test_nesting() -> None:
    text = "- fruit\n  - apples\n  - pears\n- bread\no rye\no oats\n"
    assert [block.level for block in plain_text_blocks(text)] == [1, 2, 2, 1, 2, 2]
    assert contexts(text) == ["", "fruit", "fruit", "", "bread", "bread"]


def test_a_wrapped_line_that_begins_with_a_number_is_no_item() -> None:
    text = "The harbour is open to everybody from the first of May until the\n2. of September. It is free."
    assert blocks(text) == [("paragraph", text)]
    assert blocks("1974 was a good year. It rained.") == [("paragraph", "1974 was a good year. It rained.")]


@pytest.mark.parametrize(
    "text",
    [
        "Mon-Fri from nine to five\nSaturday from ten to two\nSunday closed",
        "Room 1 holds nine people. It is cold.\nRoom 2 holds four.\nRoom 3 holds none.",
        "Harbour Trust\n12 Quay Street\nLys",
    ],
)
def test_lines_that_stand_for_themselves(text: str) -> None:
    assert blocks(f"{PROSE}\n\n{text}")[1:] == [("list_item", line) for line in text.split("\n")]


def test_terms() -> None:
    text = "Phone: 0161 496 0733\nParking: behind the tower. It is free.\n\ntern — a gull\n\nskua — a bird\n"
    assert blocks(text) == [
        ("definition", "Phone: 0161 496 0733"),
        ("definition", "Parking: behind the tower. It is free."),
        ("definition", "tern — a gull"),
        ("definition", "skua — a bird"),
    ]
    assert contexts(text) == ["", "Parking", "", ""]
    assert blocks("Note: it rains.")[0][0] == "paragraph"


@pytest.mark.parametrize(
    "table",
    [
        "Boat\tSeats\nMarigold\t120\nHeron\t80\n",
        "Boat       Seats\nMarigold   120\nHeron      80\n",
        "Boat     | Seats\n---------|------\nMarigold | 120\nHeron    | 80\n",
        "Boat       Seats\n----------------\nMarigold   120\nHeron      80\n",
    ],
)
def test_tables(table: str) -> None:
    found = plain_text_blocks(table)
    assert [block.kind for block in found] == [BlockKind.TABLE_ROW] * 3
    assert [[(cell.column, table[cell.start : cell.end]) for cell in block.cells] for block in found] == [
        [("", "Boat"), ("", "Seats")],
        [("Boat", "Marigold"), ("Seats", "120")],
        [("Boat", "Heron"), ("Seats", "80")],
    ]


def test_a_sheet_of_two_columns_has_no_names_above() -> None:
    assert contexts("Monday   9-17\nTuesday  closed\n") == ["", ""]
    assert blocks("Tea ........ 2.50\nCoffee ..... 3.50\n")[0] == ("table_row", "Tea ........ 2.50")


def test_contents() -> None:
    text = "Contents\nFees\nBoats\n\n1.1 Fees ...... 3\n1.2 Boats ..... 7\n\n"
    text += "Fees\n\nNine crowns.\n\nBoats\n\nNone.\n"
    assert blocks(text)[:5] == [
        ("heading", "Contents"),
        ("contents", "Fees"),
        ("contents", "Boats"),
        ("contents", "1.1 Fees ...... 3"),
        ("contents", "1.2 Boats ..... 7"),
    ]
    assert blocks(text)[5:] == [
        ("heading", "Fees"),
        ("paragraph", "Nine crowns."),
        ("heading", "Boats"),
        ("paragraph", "None."),
    ]


def test_questions_lead_their_answers() -> None:
    text = "Q: How do I book?\nA: By letter.\n\nCan I bring a dog?\n\nYes, on a lead.\n"
    assert blocks(text) == [
        ("question", "How do I book?"),
        ("paragraph", "By letter."),
        ("question", "Can I bring a dog?"),
        ("paragraph", "Yes, on a lead."),
    ]
    assert contexts(text)[1::2] == ["How do I book?", "Can I bring a dog?"]


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("Figure 3: The tower from the sea.", ("caption", "Figure 3: The tower from the sea.")),
        ("> He said that\n> it rains.", ("quotation", "He said that\n> it rains.")),
        ("    $ make harbour\n    x = open(1)", ("code", "$ make harbour\n    x = open(1)")),
        ("```\nx = 1\n\n```", ("code", "x = 1")),
        (
            "2024-03-12 14:02:11 start\n2024-03-12 14:02:12 stop",
            ("code", "2024-03-12 14:02:11 start\n2024-03-12 14:02:12 stop"),
        ),
    ],
)
def test_captions_quotations_and_code(text: str, block: tuple[str, str]) -> None:
    assert blocks(f"The harbour\n\n{text}\n\nIt is old.\n")[1] == block


def test_a_form_feed_begins_a_page() -> None:
    assert [block.page for block in plain_text_blocks("One.\n\fTwo.\n")] == [1, 2]
    assert [block.page for block in plain_text_blocks("One.\n\nTwo.\n")] == [None, None]


def test_the_text_is_that_of_the_file() -> None:
    text = "TITLE\n=====\n  - item\n\n\f1. two"
    assert read_plain_text(text).text == text


_PIECES = st.sampled_from(
    [
        *"word |Word |. |: |\n|\n\n|  |\t|\f|- |· |1. |2. |1.1 |(a) |iv) |Step 1: |✓ |> |# |=====\n".split(
            "|"
        ),
        *"-----\n|```\n|?|Q: |A: |..... 3|Contents\n|CAPITALS |x = 1 |14:02 |term: |é|中|\ud800".split("|"),
        "| ",
        "[10:02] <mara> ",
    ]
)


@pytest.mark.slow
@given(st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join)))
def test_blocks_of_any_text_follow_each_other_and_hold_all_but_marks(text: str) -> None:
    end = 0
    document = read_plain_text(text)
    text = document.text
    for block in (*document.blocks, None):
        start = len(text) if block is None else block.start
        for line in text[end:start].splitlines():
            assert not any(map(str.isalnum, line)) or _is_mark(line.strip())
        if block is not None:
            assert end <= block.start < block.end <= len(text)
            end = block.end
    split_sentences(text, document.blocks)


def _is_mark(left_out: str) -> bool:
    found = mark(f"{left_out} word") or mark(left_out.split(maxsplit=1)[0] + " word")
    return found is not None or left_out[:1] in "QAqa`~[(#" or left_out[:1].isdigit()


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [
        "a\n",
        "1. a\n",
        "a  b\n",
        "a: b\n",
        "- ",
        ". ",
        "a ... ",
        "A\n\n",
        "> ",
        "a.....",
        "<a> b\n",
        "\t\n",
        "(" * 9 + "\n",
        "." * 90,
        " " * 90,
        "-" * 90 + "!",
    ],
)
def test_the_time_grows_with_the_length_of_a_text(part: str) -> None:
    assert growth(read_plain_text, f"a{part * 500}a", f"a{part * 2_000}a") < LINEAR


def test_amounts_are_items_below_what_they_are_of() -> None:
    items = ["1.2 kg plums, stoned", "350 g flour", "½ tsp cinnamon", "a pinch of salt"]
    text = "\n".join(["Plum bake", "", "Ingredients", *items, "", "Bake it."])
    assert blocks(text)[1:] == [
        ("paragraph", "Ingredients"),
        *(("list_item", item) for item in items),
        ("paragraph", "Bake it."),
    ]
    assert contexts(text)[2:6] == ["Plum bake › Ingredients"] * 4


def test_wrapped_lines_of_which_one_begins_with_a_number_are_no_items() -> None:
    text = "The new roof of the mill costs\n12 thousand euros and is paid\nby the town.\n"
    assert blocks(text) == [("paragraph", text.strip())]


def test_amounts_alone_are_items() -> None:
    assert blocks("2 tbsp jam\n1 tbsp water\na clove\n") == [
        ("list_item", "2 tbsp jam"),
        ("list_item", "1 tbsp water"),
        ("list_item", "a clove"),
    ]
