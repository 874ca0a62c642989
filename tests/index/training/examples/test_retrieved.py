"""Examples from retrieval: windows with the answer, others beside them, decoys of the unanswerable."""

from pathlib import Path

import pytest

from index.retrieval.ranking import Ranker
from index.training.datasets.question_articles import segment_titles
from index.training.datasets.squad import read_squad
from index.training.datasets.training_libraries import Segmenter, TrainingLibrary
from index.training.examples.example import Example
from index.training.examples.retrieved import retrieved_examples
from tests.support.miniature_datasets import part
from tests.support.miniature_questions import write_questions
from tests.support.word_vectors import word_vector


@pytest.fixture
def library(tmp_path: Path) -> TrainingLibrary:
    entries = read_squad(write_questions(tmp_path / "questions.json"))
    articles = segment_titles(entries, Segmenter(len, 1_000))
    texts = {text for article in articles for text in article.texts_to_embed()}
    return TrainingLibrary.build(articles, {text: word_vector(text) for text in texts})


def drawn(library: TrainingLibrary) -> list[Example]:
    return [
        example
        for seed in range(12)
        for group in retrieved_examples(library, Ranker.load(), seed)
        for example in group
    ]


def test_an_answer_is_marked_in_what_the_reader_reads(library: TrainingLibrary) -> None:
    answers = {
        part(example.text, example.answer)
        for example in drawn(library)
        if example.answer and example.question[:5].casefold() == "where"
    }
    assert answers == {"in the yard"}
    headed = [example.text for example in drawn(library) if "Bikes stand" in example.text]
    assert headed and all(text.startswith("Guide: Parking: Parking.") for text in headed)


def test_windows_without_the_answer_come_along(library: TrainingLibrary) -> None:
    without = [example for example in drawn(library) if example.answer is None]
    assert any("bikes" in example.question and "Bikes" not in example.text for example in without)
    assert all("nine" not in example.text for example in without if "come in" in example.question)


def test_an_unanswerable_question_is_read_with_its_decoy(library: TrainingLibrary) -> None:
    decoys = [
        example
        for example in drawn(library)
        if {"bridge", "open"} <= set(example.question.lower().strip("?").split())
    ]
    assert decoys and all(example.answer is None for example in decoys)
    assert any("opens at nine" in example.text for example in decoys)


def test_questions_are_asked_of_another_article_too(library: TrainingLibrary) -> None:
    def about_bikes(unrelated: float) -> list[Example]:
        groups = retrieved_examples(library, Ranker.load(), 1, unrelated)
        return [example for group in groups for example in group if "bikes go" in example.question]

    assert not any("Carl" in example.text for example in about_bikes(0))
    elsewhere = [example for example in about_bikes(1) if "Carl" in example.text]
    assert elsewhere and all(example.answer is None for example in elsewhere)


def test_questions_of_a_paragraph_stay_together_and_are_the_same_each_time(library: TrainingLibrary) -> None:
    groups = retrieved_examples(library, Ranker.load(), 3)
    assert groups == retrieved_examples(library, Ranker.load(), 3)
    assert len(groups) == 3
    assert {"when can", "when doe"} <= {example.question[:8].lower() for example in groups[0]}
    typed = {example.question for example in drawn(library)}
    assert {"When does the mill open?", "when does the mill open"} <= typed
