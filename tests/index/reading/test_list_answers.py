"""Answers that are several items of a list: shown together if the question asks for several."""

from dataclasses import replace

import pytest

from index.reading.list_answers import MOST_ITEMS, asks_for_several, list_items, with_list_items
from index.reading.reader import Reading
from index.reading.repeated_sentences import CitedReading
from index.records import Block, BlockKind, Candidate, Source
from index.storage.catalog import SentenceText
from tests.support.sentence_texts import SentenceTexts

ARTICLE = Source("rules", "Rules", None)


class Lists(SentenceTexts):
    """Sentences with blocks: `blocks[row]` is that of the sentence of the row."""

    def __init__(self, *items: tuple[str, Block]) -> None:
        super().__init__([("\n", text) for text, _ in items])
        self.sentences = [
            sentence._replace(block=replace(block, start=sentence.start, end=sentence.end))
            for sentence, (_, block) in zip(self.sentences, items, strict=True)
        ]

    def candidate(self, row: int) -> Candidate:
        return replace(super().candidate(row), block=self.sentences[row].block)


def item(level: int = 1, lead: str = "Not allowed") -> Block:
    return Block(BlockKind.LIST_ITEM, 0, 0, lead=lead, level=level)


PARAGRAPH = Block(BlockKind.PARAGRAPH, 0, 0)
SHELF = Lists(
    ("Not allowed:", PARAGRAPH),
    ("bonfires", item()),
    ("sheds", item()),
    ("tall ones", item(2, "Not allowed › sheds")),
    ("cockerels", item()),
    ("Allowed:", PARAGRAPH),
    ("hens", item(lead="Allowed")),
)


def words(items: list[SentenceText]) -> list[str]:
    return [item.text for item in items]


@pytest.mark.parametrize(
    "question",
    [
        "Which error codes are there?",
        "What is not allowed on plots?",
        "what are the ingredients",
        "List the steps.",
        "What do I need to bring?",
        "Who are the members of the board?",
    ],
)
def test_questions_for_several_things(question: str) -> None:
    assert asks_for_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the captain?",
        "What is the fee?",
        "Are cockerels allowed?",
        "Which bus does the captain take?",
        "What address do I write to?",
        "What class does he teach?",
        "Who takes the first steps to the door?",
        "Show me where the harbour is.",
    ],
)
def test_questions_for_one_thing(question: str) -> None:
    assert not asks_for_several(question)


def test_the_items_of_one_list_belong_together() -> None:
    assert words(list_items(SHELF.candidate(2), SHELF.texts)) == ["bonfires", "cockerels"]
    assert words(list_items(SHELF.candidate(3), SHELF.texts)) == []
    assert words(list_items(SHELF.candidate(0), SHELF.texts)) == []


def test_a_long_list_ends_somewhere() -> None:
    shelf = Lists(*((f"item {number}", item()) for number in range(40)))
    assert len(list_items(shelf.candidate(20), shelf.texts)) == MOST_ITEMS - 1


def test_the_other_items_are_cited_behind_the_first() -> None:
    cited = [CitedReading(Reading(SHELF.candidate(row), None, 0.5), ARTICLE) for row in (2, 6, 4)]
    result = with_list_items(cited, SHELF.texts)
    assert [one.reading.candidate.text for one in result] == ["sheds", "bonfires", "cockerels", "hens"]
    assert [one.reading.score for one in result] == [0.5] * 4
    assert result[1].reading.candidate.row == 1
    assert with_list_items([], SHELF.texts) == []
