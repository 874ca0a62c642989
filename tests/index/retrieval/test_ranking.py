import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FootnoteError
from index.reading.confidence import EVIDENCE, Calibration, evidence
from index.records import Candidate
from index.retrieval.features import FEATURES, featurise
from index.retrieval.ranking import Ranker
from index.retrieval.weights import fusion_weights
from index.segmentation.search_terms import terms
from index.training.weights.fusion import as_json

QUESTION = "Who opened the Harbour Bridge in 1998?"
KNOWN = set("anna berg open harbour bridg 1998 rain today mayor".split())


def idf(term: str) -> float:
    return 2.0 if term in KNOWN else 6.0


def candidate(row: int, text: str, dense: float = 0.5, **other: object) -> Candidate:
    words = tuple(terms(text))
    plain = Candidate(row, 0, 0, len(text), text, dense, 0.4, 2.0, words, (), (), ("town",))
    return replace(plain, **other)  # type: ignore[arg-type]


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
        "The mayor opened it.", terms_before=terms("The Harbour Bridge was closed."), terms_title=("1998",)
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


def test_the_best_sentence_comes_first_and_ties_go_by_row() -> None:
    right = candidate(7, "Anna Berg opened the Harbour Bridge in 1998.", 0.8)
    noise = [candidate(row, "It rains today.", 0.1) for row in (9, 2, 5)]
    ranked = Ranker.load().rank(QUESTION, [*noise, right], idf)
    assert [found.row for found, _ in ranked] == [7, 2, 5, 9]
    assert ranked == Ranker.load().rank(QUESTION, [right, *reversed(noise)], idf)
    assert Ranker.load().rank(QUESTION, [], idf) == []


def ranked(question: str, *texts: str, dense: float = 0.6) -> list[tuple[Candidate, float]]:
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
    sure: Callable[[list[tuple[Candidate, float]]], float] = lambda order: Calibration.load().confidence(  # noqa: E731
        QUESTION, order, idf
    )
    answer = sure(ranked(QUESTION, "Anna Berg opened the Harbour Bridge in 1998.", "It rains.", dense=0.8))
    stray = sure(ranked(QUESTION, "The mayor is here.", "It rains.", dense=0.1))
    assert stray < 0.1 < 0.5 < answer


@given(st.text(max_size=60), st.text(max_size=60), st.floats(-1, 1))
def test_confidence_is_a_probability_whatever_is_asked(question: str, text: str, dense: float) -> None:
    order = ranked(question, text, text, dense=dense)
    assert np.isfinite(evidence(question, order, idf)).all()
    assert 0 <= Calibration.load().confidence(question, order, idf) <= 1


def test_the_weights_in_the_package_fit() -> None:
    assert len(fusion_weights().section("ranking", FEATURES)) == len(FEATURES)
    assert len(fusion_weights().section("confidence", EVIDENCE)) == len(EVIDENCE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"ranking": 3}',
        '{"ranking": {"dense": 1}}',
        json.dumps({"ranking": dict.fromkeys(FEATURES, "much")}),
        as_json(dict.fromkeys(FEATURES, math.nan), {}),
        as_json({**dict.fromkeys(FEATURES, 1.0), "more": 1.0}, {}),
    ],
)
def test_damaged_weights_are_named(text: str) -> None:
    with pytest.raises(FootnoteError, match="learnt weights are damaged"):
        Ranker.load(text)


def test_a_sentence_that_asks_passes_its_score_on_to_the_one_below() -> None:
    heading = candidate(4, "How long is the warranty?", dense=0.99)
    answer = candidate(5, "Two years from the date of purchase.", dense=0.3)
    other = candidate(9, "The warranty card is green.", dense=0.5)
    ranked = Ranker.load().rank("How long is the warranty?", [heading, answer, other], idf)
    assert [found.row for found, _ in ranked] == [5, 9, 4]


def test_a_copy_in_another_article_does_not_make_the_answer_less_sure() -> None:
    first = candidate(4, "Anna Berg opened the Harbour Bridge in 1998.", dense=0.8)
    other = candidate(7, "The town has a bridge.", dense=0.4)
    ranked = [(first, 9.0), (other, 3.0)]
    copied = [(first, 9.0), (replace(first, row=40, article=3), 9.0), (other, 3.0)]
    calibration = Calibration.load()
    assert calibration.confidence(QUESTION, copied, idf) == calibration.confidence(QUESTION, ranked, idf)
