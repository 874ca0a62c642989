"""Confidence: a probability, higher for an answer than for a stray sentence, and shared by copies."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.confidence import EVIDENCE, Calibration, evidence
from index.records import ScoredCandidate
from index.retrieval.ranking import Ranker
from tests.support.candidates import QUESTION, candidate, idf


def ranked(question: str, *texts: str, dense: float = 0.6) -> list[ScoredCandidate]:
    return Ranker.load().rank(question, [candidate(n, text, dense) for n, text in enumerate(texts)], idf)


def test_the_first_score_is_the_confidence_and_none_is_higher() -> None:
    calibration = Calibration.load()
    order = ranked(
        QUESTION, "It rains.", "Anna Berg opened the Harbour Bridge in 1998.", "The bridge is open."
    )
    scores = calibration.scores(QUESTION, order, idf)
    assert scores[0] == calibration.confidence(QUESTION, order, idf)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert calibration.scores(QUESTION, [], idf) == [] and calibration.confidence(QUESTION, [], idf) == 0


def test_an_answer_is_surer_than_a_stray_sentence() -> None:
    answer = ranked(QUESTION, "Anna Berg opened the Harbour Bridge in 1998.", "It rains.", dense=0.8)
    stray = ranked(QUESTION, "The mayor is here.", "It rains.", dense=0.1)
    calibration = Calibration.load()
    assert calibration.confidence(QUESTION, stray, idf) < 0.1
    assert calibration.confidence(QUESTION, answer, idf) > 0.5


@pytest.mark.slow
@given(st.text(max_size=60), st.text(max_size=60), st.floats(-1, 1))
def test_confidence_is_a_probability_whatever_is_asked(question: str, text: str, dense: float) -> None:
    order = ranked(question, text, text, dense=dense)
    assert np.isfinite(evidence(question, order, idf)).all()
    assert 0 <= Calibration.load().confidence(question, order, idf) <= 1


def test_a_copy_in_another_article_does_not_make_the_answer_less_sure() -> None:
    first = candidate(4, "Anna Berg opened the Harbour Bridge in 1998.", dense=0.8)
    other = candidate(7, "The town has a bridge.", dense=0.4)
    ranked = [(first, 9.0), (other, 3.0)]
    copied = [(first, 9.0), (replace(first, row=40, article=3), 9.0), (other, 3.0)]
    calibration = Calibration.load()
    assert calibration.confidence(QUESTION, copied, idf) == calibration.confidence(QUESTION, ranked, idf)


def test_numbers_are_not_missing_in_another_wording() -> None:
    def value(text: str, question: str, name: str) -> float:
        values = evidence(question, [(candidate(1, text), 1.0)], idf)
        return float(values[EVIDENCE.index(name)])

    for question, text in (
        ("Where do seventy-two steps lead?", "72 steps lead up."),
        ("Where do the steps lead at 2 pm?", "The steps lead up at 14:00."),
        ("Where do the steps lead on May 3rd?", "The steps lead up on 3 May."),
    ):
        assert value(text, question, "missing_numbers") == value(text, question, "missing") == 0
        assert value("The steps lead up.", question, "missing_numbers") == 1
