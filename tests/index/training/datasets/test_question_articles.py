"""Titles that are paths of headings: one article for those that begin alike, answers in their places."""

from pathlib import Path

import pytest

from index.records import BlockKind
from index.training.datasets.question_articles import is_held_out, segment_titles, twins
from index.training.datasets.squad import read_squad
from index.training.datasets.training_libraries import SegmentedArticle, Segmenter
from tests.support.miniature_datasets import part
from tests.support.miniature_questions import BRIDGE, OPENING, write_questions


@pytest.fixture
def articles(tmp_path: Path) -> list[SegmentedArticle]:
    return segment_titles(read_squad(write_questions(tmp_path / "questions.json")), Segmenter(len, 1_000))


def test_titles_that_begin_alike_are_sections_of_one_article(articles: list[SegmentedArticle]) -> None:
    assert [article.article.title for article in articles] == ["Guide", "Carl's Bridge"]
    guide, bridge = articles
    blocks = [
        (block.kind, block.section, part(guide.article.text, (block.start, block.end)))
        for block in guide.article.blocks
    ]
    assert blocks == [
        (BlockKind.HEADING, ("Visit",), "Opening"),
        (BlockKind.PARAGRAPH, ("Visit", "Opening"), OPENING),
        (BlockKind.HEADING, (), "Parking"),
        (BlockKind.HEADING, ("Parking",), "Parking"),
        (BlockKind.LIST_ITEM, ("Parking", "Parking"), "Cars stand behind the mill."),
        (BlockKind.LIST_ITEM, ("Parking", "Parking"), "Bikes stand in the yard."),
    ]
    assert bridge.article.text.strip() == BRIDGE
    assert guide.sentence_texts[1] == "Visit: Opening: The old mill opens at 9."


def test_answers_and_decoys_are_placed_in_the_article(articles: list[SegmentedArticle]) -> None:
    guide, bridge = articles
    text = guide.article.text
    questions = {question.text: question for question in guide.questions}
    assert list(questions) == [
        "when can i come in",
        "When does the bridge open?",
        "When does the mill open?",
        "where do bikes go",
    ]
    (span,) = questions["where do bikes go"].spans
    assert part(text, span) == "in the yard"
    (number,) = questions["where do bikes go"].gold
    sentence = guide.sentences[number]
    assert part(text, (sentence.start, sentence.end)) == "Bikes stand in the yard."
    unanswerable = questions["When does the bridge open?"]
    assert unanswerable.decoy and part(text, unanswerable.decoy) == "nine"
    assert not unanswerable.spans and not unanswerable.gold
    assert part(text, unanswerable.paragraph) == OPENING
    assert bridge.questions[0].decoy is None


def test_twins_come_with_the_answerable_one_first(tmp_path: Path) -> None:
    pairs = twins(read_squad(write_questions(tmp_path / "questions.json")))
    assert [(first.question, second.question) for first, second in pairs] == [
        ("When does the mill open?", "When does the bridge open?")
    ]


def test_about_one_title_in_five_is_held_out_and_always_the_same_ones() -> None:
    titles = [f"Guide > Section {number}" for number in range(1_000)]
    held_out = [title for title in titles if is_held_out(title)]
    assert 150 < len(held_out) < 250
    assert held_out == [title for title in titles if is_held_out(title)]
