"""Explanations: the parts of a confidence add up to it, whichever reader read."""

from dataclasses import replace

import pytest

from index.reading.confidence import EVIDENCE, Calibration, logistic
from index.reading.explanation import ComparedCandidate, Decision, Explanation, search_words, unknown_words
from index.reading.reader import RankedQuestion, RetrievalReader
from index.reading.span_reader import CONFIDENCE_FEATURES
from index.records import Answer
from index.retrieval.ranking import Ranker
from tests.support.candidates import QUESTION, candidate, idf
from tests.support.scripted_reader import Model, ranking, reader
from tests.support.sentence_texts import SentenceTexts

DECLINED = Answer("Who painted the Mona Lisa?", False, 0.1, None, (), 1.0)
SENTENCES = ["It rained.", "The bridge is long.", "In 1998 Anna Berg opened it.", "It is red."]


def test_the_parts_of_retrieval_add_up_to_its_confidence() -> None:
    candidates = [candidate(row, sentence) for row, sentence in enumerate(SENTENCES)]
    asked = RankedQuestion(QUESTION, Ranker.load().rank(QUESTION, candidates, idf), idf, 2)
    retrieval = RetrievalReader(Calibration.load())
    why = retrieval.explain(asked)
    ((first, second, *_),) = retrieval.read([asked])
    assert [part.name for part in why.parts] == list(EVIDENCE)
    assert logistic(sum(part.log_odds for part in why.parts)) == pytest.approx(first.score)
    assert (len(why.compared), why.read) == (4, 0)
    assert [one.candidate for one in why.compared[:2]] == [first.candidate, second.candidate]
    assert [one.score for one in why.compared[:2]] == pytest.approx([first.score, second.score])
    assert {one.found for one in why.compared} == {None}


def test_the_parts_of_reading_add_up_to_its_confidence() -> None:
    shelf = SentenceTexts.of(SENTENCES)
    span_reader = reader(shelf, Model({"Anna Berg": 4.0, "long": 1.0}))
    asked = RankedQuestion("Who opened the bridge?", ranking(shelf, 1, 2), idf, 1)
    why = span_reader.explain(asked)
    ((first, *_),) = span_reader.read([asked])
    assert [part.name for part in why.parts] == list(CONFIDENCE_FEATURES)
    assert logistic(sum(part.log_odds for part in why.parts)) == pytest.approx(first.score)
    assert (len(why.compared), why.read) == (2, 2)
    best = why.compared[0]
    assert (best.candidate, best.found, best.found_text) == (first.candidate, first.highlight, "Anna Berg")
    assert best.score == pytest.approx(first.score)


def test_without_candidates_there_is_nothing_to_explain() -> None:
    why = RetrievalReader(Calibration.load()).explain(RankedQuestion(QUESTION, [], idf, 3))
    assert why == Explanation((), ())
    assert why.decision(DECLINED) is Decision.NOT_IN_LIBRARY


def compared(*reads: float | None) -> tuple[ComparedCandidate, ...]:
    return tuple(ComparedCandidate(candidate(row, "It rained."), read) for row, read in enumerate(reads))


@pytest.mark.parametrize(
    ("reads", "unknown", "decision"),
    [
        ((-3.0, None), (), Decision.NOT_AN_ANSWER),
        ((-3.0, None), ("Mona",), Decision.NOT_AN_ANSWER),
        ((-3.0, None), ("Mona", "Lisa"), Decision.NOT_IN_LIBRARY),
        ((None, None), ("Mona", "Lisa"), Decision.NOT_IN_LIBRARY),
        ((None, None), (), Decision.BELOW_THRESHOLD),
        ((-3.0, 0.5), ("Mona", "Lisa"), Decision.BELOW_THRESHOLD),
    ],
)
def test_the_decision_is_by_what_was_read_and_what_is_unknown(
    reads: tuple[float | None, ...], unknown: tuple[str, ...], decision: Decision
) -> None:
    why = Explanation(compared(*reads), (), ("Who", "painted", "Mona", "Lisa")[1:], unknown)
    assert why.decision(DECLINED) is decision
    assert why.decision(replace(DECLINED, maybe=True)) is Decision.BELOW_THRESHOLD
    assert why.decision(replace(DECLINED, answerable=True, answer="It")) is Decision.ANSWERED


def test_words_of_the_question_are_unknown_if_no_sentence_has_any_of_their_terms() -> None:
    words = search_words("Who painted the «Mona-Lisa», and 90,000 bees' wings?")
    assert list(words) == ["painted", "Mona-Lisa", "90,000", "bees", "wings"]
    known = {"lisa", "90000", "bee"}
    assert unknown_words(words, known.__contains__) == ("painted", "wings")
