"""Kinds of paragraphs: headings, questions, values and items that nothing but their form tells."""

import pytest

from index.articles.markdown_text import read_markdown
from tests.support.blocks import leads, shown


@pytest.mark.parametrize(
    "content",
    [
        "**Q: When do you open?**\n\nA: At nine.",
        "Q: When do you open?\nA: At nine.",
        "**Q:** When do you open?\n\n**A:** At nine.",
        "**When do you open?**\nAt nine.",
        "**When do you open?** At nine.",
        "- **When do you open?** At nine.",
        "When do you open?\n\nAt nine.",
    ],
)
def test_questions_lead_their_answers(content: str) -> None:
    (kind, question), (answer_kind, answer) = shown(read_markdown(content))
    assert (kind, question.endswith("When do you open?")) == ("question", True)
    assert (answer_kind, answer.endswith("At nine.")) == ("paragraph", True)
    assert leads(read_markdown(content))[answer] == question


def test_a_bold_line_alone_is_a_heading_below_the_last_one() -> None:
    document = read_markdown("## Wiring\n\n**Batteries**\n\nUse three cells.\n\n**Mind the polarity.**\n")
    assert [(block.kind.value, block.level) for block in document.blocks] == [
        ("heading", 2),
        ("heading", 3),
        ("paragraph", 0),
        ("paragraph", 0),
    ]


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ("**Place:** the Plough\n**Present:** Joan,\nDilip", ["definition", "definition"]),
        ("Place: the Plough\nTime: 19:00 to 21:10", ["definition", "definition"]),
        ("Hours:\nMonday 9 to 12\nFriday 14 to 18", ["paragraph", "list_item", "list_item"]),
        ("✓ rope\n✓ stove", ["list_item", "list_item"]),
        ("Step 1: Mix.\nStep 2: Bake.", ["definition", "definition"]),
        ("Mill Lane 4  \n12345 Wallop", ["list_item", "list_item"]),
        ("**Address**\nMill Lane 4\nWallop\nUK", ["paragraph", "list_item", "list_item", "list_item"]),
        ("Q: When?\nA: At nine.\nQ: Who?\nUs.", ["question", "paragraph", "question", "paragraph"]),
        ("**When?**\nAt nine.\n**Who?**\nUs.", ["question", "paragraph", "question", "paragraph"]),
        ("The boat is named\nAfter a bird of the sea\nThat nobody has seen.", ["paragraph"]),
    ],
)
def test_lines_that_are_items_are_blocks_of_their_own(content: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in shown(read_markdown(content))] == kinds


def test_a_bold_line_above_the_title_is_no_heading() -> None:
    assert [kind for kind, _ in shown(read_markdown("**Draft**\n\n# Boats\n\nText."))] == [
        "paragraph",
        "heading",
        "paragraph",
    ]
    assert shown(read_markdown("**Boats**\n\n## Small\n\nText."))[0] == ("heading", "Boats")


def test_turns_of_a_conversation_are_messages() -> None:
    content = "**Ada:** When did you come?\n\n**Bo:** In 1969.\n\n**Ada:** Thank you.\n"
    assert [kind for kind, _ in shown(read_markdown(content))] == ["question", "message", "message"]
    assert leads(read_markdown(content))["Bo: In 1969."] == "Ada: When did you come? › Bo"


def test_the_second_sentence_of_an_item_is_led_by_its_bold_name() -> None:
    content = "- **Train:** second class. First with a note.\n- **Bed:** 95 euros.\n"
    assert list(leads(read_markdown(content)).values()) == ["Train", ""]


def test_a_table_whose_rule_does_not_fit_is_a_table_all_the_same() -> None:
    assert shown(read_markdown("| a | b | c |\n|---|---|\n| 1 | 2 | 3 |\n")) == [
        ("caption", "a b c"),
        ("table_row", "1\t2\t3"),
    ]


def test_lists_of_links_to_headings_are_contents() -> None:
    content = (
        "- [Fees](#fees)\n  - [Refunds](#refunds)\n- [Shop](https://a.example)\n\n[Fees](#fees) | [Top](#top)"
    )
    assert [kind for kind, _ in shown(read_markdown(content))] == [
        "contents",
        "contents",
        "list_item",
        "contents",
    ]
