"""Explanations: the parts of a confidence add up to it, whichever reader read."""

import pytest

from index.reading.confidence import EVIDENCE, Calibration, logistic
from index.reading.reader import RankedQuestion, RetrievalReader
from index.reading.span_reader import CONFIDENCE_FEATURES
from index.retrieval.ranking import Ranker
from tests.support.candidates import QUESTION, candidate, idf
from tests.support.scripted_reader import Model, ranking, reader
from tests.support.sentence_texts import SentenceTexts

SENTENCES = ["It rained.", "The bridge is long.", "In 1998 Anna Berg opened it.", "It is red."]


def test_the_parts_of_retrieval_add_up_to_its_confidence() -> None:
    candidates = [candidate(row, sentence) for row, sentence in enumerate(SENTENCES)]
    asked = RankedQuestion(QUESTION, Ranker.load().rank(QUESTION, candidates, idf), idf, 2)
    retrieval = RetrievalReader(Calibration.load())
    why = retrieval.explain(asked)
    ((first, second, *_),) = retrieval.read([asked])
    assert [part.name for part in why.parts] == list(EVIDENCE)
    assert logistic(sum(part.log_odds for part in why.parts)) == pytest.approx(first.score)
    assert (why.candidates, why.read) == (4, 0)
    assert [compared.candidate for compared in why.best] == [first.candidate, second.candidate]


def test_the_parts_of_reading_add_up_to_its_confidence() -> None:
    shelf = SentenceTexts.of(SENTENCES)
    span_reader = reader(shelf, Model({"Anna Berg": 4.0, "long": 1.0}))
    asked = RankedQuestion("Who opened the bridge?", ranking(shelf, 1, 2), idf, 1)
    why = span_reader.explain(asked)
    ((first, *_),) = span_reader.read([asked])
    assert [part.name for part in why.parts] == list(CONFIDENCE_FEATURES)
    assert logistic(sum(part.log_odds for part in why.parts)) == pytest.approx(first.score)
    assert (why.candidates, why.read) == (2, 2)
    assert [compared.candidate for compared in why.best] == [first.candidate]


def test_without_candidates_there_is_nothing_to_explain() -> None:
    why = RetrievalReader(Calibration.load()).explain(RankedQuestion(QUESTION, [], idf, 3))
    assert (why.candidates, why.read, why.best, why.parts) == (0, 0, (), ())
