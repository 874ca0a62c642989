"""Measures of quality: on answers whose figures are known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.evaluation.gold_questions import GoldQuestion
from index.evaluation.measures import auroc, calibration_error, evaluate, first_hit, normalised, token_f1
from index.records import Answer, Citation, Source

SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), max_size=12)


def answer(*sentences: str, confidence: float = 0.9, says: str | None = None) -> Answer:
    citations = tuple(
        Citation(number, Source("a", "A", None), sentence, 0, len(sentence), None, confidence)
        for number, sentence in enumerate(sentences, 1)
    )
    return Answer("?", True, confidence, says, citations, 10.0)


def gold(*sentences: str, says: str | None = None) -> GoldQuestion:
    return GoldQuestion(
        id=1, question="?", answerable=bool(sentences), gold_sentences=sentences, gold_answer=says
    )


def test_a_citation_is_right_if_it_holds_a_gold_sentence_however_spaced() -> None:
    question = gold("the fight\nwas long", "second way")
    assert first_hit(question, answer("Nothing.", "They said the  fight was long.")) == 2
    assert first_hit(question, answer("A second way to say it.")) == 1
    assert first_hit(question, answer("The fight was long.")) is None
    assert first_hit(gold(), answer("Anything.")) is None


def test_a_gold_sentence_may_have_the_marks_of_its_file() -> None:
    cited = answer("Kittiwake\t2006\t240", "Set interval to 45.")
    assert first_hit(gold("| **Kittiwake** | 2006"), cited) == 1
    assert first_hit(gold("Set `interval` to"), cited) == 2
    assert first_hit(gold("…"), cited) is None


def test_a_gold_sentence_is_made_of_whole_words() -> None:
    assert first_hit(gold("5 euros"), answer("Child 15 euros", "Child 5 eurosport", "Child: 5 euros.")) == 3
    without_spaces = answer("\u91cd\u3055\u306f15kg", "\u91cd\u3055\u306f5kg\u3067\u3059")
    assert first_hit(gold("5kg"), without_spaces) == 2
    assert first_hit(gold("\u3055\u306f5kg"), without_spaces) == 2


def test_answers_are_compared_as_squad_does() -> None:
    assert normalised("The  U.S. Army's tank!") == "us armys tank"
    assert token_f1("two artillery pieces", "the two pieces") == pytest.approx(0.8)
    assert token_f1("Tuesday", "on Tuesday, a strike") == pytest.approx(0.5)
    assert token_f1("high", "low") == 0
    assert token_f1("the", "a") == 1


def test_a_file_of_answers_is_measured() -> None:
    questions = [
        gold("one", says="one"),
        gold("two", says="two tanks"),
        gold("three", says="three"),
        gold("four", says="four"),
        gold(),
        gold(),
    ]
    answers = [
        answer("one.", confidence=0.95, says="one"),
        answer("other", "two", confidence=0.8, says="tanks"),
        answer("x", "y", "z", confidence=0.45, says="x"),
        answer("four.", confidence=0.4, says="It was four."),
        answer("near", confidence=0.6, says="near"),
        answer(confidence=0.0),
    ]
    found = evaluate(questions, answers, 0.5, 0.25)
    assert (found.questions, found.answerable) == (6, 4)
    assert found.hit_at_1 == pytest.approx(2 / 4)
    assert found.hit_at_3 == pytest.approx(3 / 4)
    assert found.exact_match == pytest.approx(1 / 4)
    assert found.contains_gold == pytest.approx(2 / 4)
    assert found.answer_f1 == pytest.approx((1 + 2 / 3 + 0 + 1 / 2) / 4)
    assert found.answered == pytest.approx(2 / 4)
    assert found.declined == pytest.approx(1 / 2)
    assert found.accuracy == pytest.approx(2 / 6)  # the first answered rightly, the last declined
    assert found.abstention_auroc == pytest.approx(6 / 8)
    assert (found.maybe, found.maybe_right) == (pytest.approx(2 / 6), pytest.approx(1 / 2))
    assert found.median_ms == 10.0
    points = {point.threshold: point for point in found.risk_coverage}
    assert points[0.5].coverage == pytest.approx(3 / 6)
    assert points[0.5].risk == pytest.approx(2 / 3)
    assert points[0.9].risk == 0
    assert points[0.0].coverage == 1


def test_the_best_of_several_known_answers_counts() -> None:
    several = GoldQuestion(
        id=1,
        question="?",
        answerable=True,
        gold_sentences=("two",),
        gold_answer="two old tanks",
        gold_answers=("a tank", "tanks"),
    )
    alone = several.model_copy(update={"gold_answer": None})
    for question in (several, alone):
        found = evaluate([question], [answer("two", says="the tanks")], 0.5, 0.25)
        assert (found.answer_f1, found.exact_match, found.contains_gold) == (1, 1, 1)
    found = evaluate([several], [answer("two", says="old tanks there")], 0.5, 0.25)
    assert found.answer_f1 == pytest.approx(2 * 2 / 6)  # of the first: "tanks" has half, too little
    assert (found.exact_match, found.contains_gold) == (0, 1)


def test_what_cannot_be_measured_is_none() -> None:
    found = evaluate([gold()], [answer(confidence=0.1)], 0.5, 0.25)
    assert found.hit_at_1 is found.answer_f1 is found.abstention_auroc is found.answered is None
    assert found.accuracy == found.declined == 1
    assert (found.maybe, found.maybe_right) == (0, None)
    assert found.risk_coverage[-1].risk is None


@pytest.mark.slow
@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_won(positive: list[float], negative: list[float]) -> None:
    found = auroc(np.array(positive), np.array(negative))
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    assert found == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


def test_calibration_error_weighs_the_gap_of_each_bin() -> None:
    assert calibration_error(np.array([]), np.array([], dtype=bool)) is None
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0
    assert calibration_error(np.array([0.75, 0.75]), np.array([True, False])) == pytest.approx(0.25)
    spread = calibration_error(np.array([0.1, 0.9, 0.9, 0.9]), np.array([True, True, True, False]))
    assert spread == pytest.approx(1 / 4 * 0.9 + 3 / 4 * abs(2 / 3 - 0.9))
