"""Features of a candidate: finite whatever the texts, and each what its name says."""

import math

import numpy as np
import pytest

from index.retrieval.features import FEATURES, featurise
from index.segmentation.search_terms import terms
from tests.support.candidates import QUESTION, candidate, idf


def features(text: str, question: str = QUESTION, **other: object) -> dict[str, float]:
    row = featurise(question, [candidate(3, text, **other)], idf)[0]
    return dict(zip(FEATURES, row.tolist(), strict=True))


def test_a_row_of_finite_numbers_for_each_candidate() -> None:
    rows = featurise(
        QUESTION, [candidate(n, text) for n, text in enumerate(("", "It rains.", "橋が開いた。"))], idf
    )
    assert rows.shape == (3, len(FEATURES)) and rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert featurise(QUESTION, [], idf).shape == (0, len(FEATURES))


@pytest.mark.parametrize("question", ["", "?", "the of and", "\0", "a" * 100_000])
def test_a_question_without_terms_covers_nothing(question: str) -> None:
    row = features("Anna Berg opened the bridge.", question)
    assert row["covered"] == row["pairs"] == row["names"] == 0
    assert all(map(math.isfinite, row.values()))


def test_the_share_of_the_question_that_the_sentence_has() -> None:
    whole = features("In 1998 Anna Berg opened the Harbour Bridge.")
    assert whole["covered"] == pytest.approx(1) and whole["numbers"] == 1 and whole["names"] == 1
    assert whole["has_name"] == 1 and whole["has_date"] == 0  # only a name is asked for
    part = features(
        "The mayor opened it.", terms_before=terms("The Harbour Bridge was closed."), terms_above=("1998",)
    )
    assert part["covered"] == pytest.approx(0.25)
    assert part["covered_near"] == pytest.approx(0.5)
    assert part["covered_title"] == pytest.approx(0.25)
    assert part["covered_before"] == 0  # "The mayor" refers to nothing
    assert part["has_name"] == 0
    assert features("It was opened.", terms_before=terms("The Harbour Bridge."))[
        "covered_before"
    ] == pytest.approx(0.5)


def test_what_the_question_names_is_no_answer_to_it() -> None:
    assert features("The Harbour Bridge was opened.", "Who opened the Harbour Bridge?")["has_name"] == 0


def test_words_with_the_same_beginning_count_a_little() -> None:
    assert 0 < features("The bridgehead is open.")["likeness"] < 0.25
    assert features("It rains.")["likeness"] == 0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Where do the 72 steps lead?", "Seventy-two steps lead."),
        ("Where do seventy-two steps lead?", "72 steps lead."),
        ("Who opens it at 2 pm?", "Anna opens it at 14:00."),
        ("Who opens it at 14:00?", "Anna opens it at 2 p.m."),
        ("Who came on May 3rd, 1974?", "Anna came on 1974-05-03."),
        ("Who paid £3.2m?", "Anna paid 3.2 million pounds."),
    ],
)
def test_a_number_is_there_in_any_wording(question: str, text: str) -> None:
    row = features(text, question)
    assert row["covered"] == pytest.approx(1) and row["has_date"] == 0
    assert row["numbers"] == 1 or "£" in question
    beside = features("Here.", question, terms_before=terms(text))
    assert beside["covered_near"] == pytest.approx(1)


def test_a_number_that_the_question_names_is_no_answer_in_any_wording() -> None:
    question = "How many steps are in the tower of 72 steps?"
    assert features("Seventy-two steps, they say.", question)["has_number"] == 0
    assert features("Seventy-three steps, they say.", question)["has_number"] == 1
