"""Questions with texts that answer them and texts that only look alike."""

import random
from pathlib import Path

import pytest

from index.models.encoder import Encoder
from index.training.datasets.question_libraries import read_library
from index.training.datasets.training_libraries import Segmenter
from index.training.encoder.pairs import CHUNK, NEGATIVES, Pair, article_pairs, lesson_pairs, triplets
from tests.support.miniature_datasets import lesson_of, short_sentences, text_of
from tests.support.miniature_questions import write_library


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> Encoder:
    return Encoder.load(encoder_folder)


def pairs_of(groups: int, questions: int) -> list[Pair]:
    return [
        Pair(f"{group}", f"Question {group} {number}?", [f"answer {group} {number}"], [f"other {group}"])
        for group in range(groups)
        for number in range(questions)
    ]


def test_only_questions_with_an_answer_become_pairs(tmp_path: Path, encoder: Encoder) -> None:
    (article,) = read_library(
        write_library(tmp_path / "library"), Segmenter(encoder.count_tokens, encoder.window)
    )
    pairs = list(article_pairs("mill", article, encoder))
    answerable = [question for question in article.questions if question.gold]
    assert len(article.questions) > len(pairs) == len(answerable) > 0
    for pair, question in zip(pairs, answerable, strict=True):
        assert pair.question == question.text
        assert pair.positives == [article.sentence_texts[number] for number in sorted(question.gold)]
        assert 0 < len(pair.negatives) <= NEGATIVES
        assert not {*pair.positives} & {*pair.negatives} and {*pair.negatives} < {*article.sentence_texts}


def test_the_nearest_sentences_mislead_first(encoder: Encoder) -> None:
    text = text_of("Anna built the stone bridge. Carl built the wooden bridge. It rained in May.")
    (pair,) = lesson_pairs([lesson_of("Who built the bridge of stone?", text, "Anna")], encoder)
    assert pair.positives == ["Anna built the stone bridge."]
    assert pair.negatives == ["Carl built the wooden bridge.", "It rained in May."]


def test_a_question_about_a_single_sentence_has_no_negatives_of_its_own(encoder: Encoder) -> None:
    assert [list(pair.negatives) for pair in lesson_pairs(short_sentences(3), encoder)] == [[], [], []]


def test_no_text_of_a_batch_answers_two_of_its_questions() -> None:
    twice = [Pair("0", f"Question {number}?", ["the same answer"], ["other"]) for number in range(5)]
    rows = triplets(twice, 1, random.Random(1))
    assert [row.positive for row in rows] == ["the same answer"] * 5
    batches = triplets([*twice, *pairs_of(4, 6)], CHUNK, random.Random(1))
    assert len(batches) == 24
    for start in range(0, len(batches), CHUNK):
        together = batches[start : start + CHUNK]
        assert not {row.positive for row in together} & {row.negative for row in together}


def test_questions_about_one_article_stand_together() -> None:
    rows = triplets(pairs_of(6, CHUNK), CHUNK, random.Random(1))
    for start in range(0, len(rows), CHUNK):
        assert len({row.positive.split()[1] for row in rows[start : start + CHUNK]}) == 1


def test_some_questions_are_typed_in_a_hurry_and_the_round_is_the_same_again() -> None:
    rows = triplets(pairs_of(10, 8), 8, random.Random(1))
    hurried = [row for row in rows if row.question.startswith("question")]
    assert 5 < len(hurried) < 40 and not any(row.question.endswith("?") for row in hurried)
    assert triplets(pairs_of(10, 8), 8, random.Random(1)) == rows


def test_a_question_without_negatives_gets_one_of_another() -> None:
    alone = Pair("a", "Who?", ["Anna did."], [])
    rows = triplets([alone, *pairs_of(1, 1)], 2, random.Random(1))
    assert {row.negative for row in rows} == {"other 0"}
