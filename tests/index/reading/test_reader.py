"""The reader without a model: it keeps the order of retrieval, and marks only what is plain."""

from index.reading.confidence import Calibration
from index.reading.reader import RankedQuestion, RetrievalReader
from index.retrieval.ranking import Ranker
from index.retrieval.retriever import COPIES
from tests.support.candidates import QUESTION, candidate, idf

ANSWER = "Anna Berg opened the Harbour Bridge in 1998."


def question(text: str, *sentences: str, count: int = 3) -> RankedQuestion:
    candidates = [candidate(row, sentence) for row, sentence in enumerate(sentences)]
    return RankedQuestion(text, Ranker.load().rank(text, candidates, idf), idf, count)


def test_it_keeps_the_order_and_scores_of_retrieval() -> None:
    asked = question(QUESTION, "It rains.", ANSWER, "The bridge is open.")
    calibration = Calibration.load()
    (readings,) = RetrievalReader(calibration).read([asked])
    assert [reading.candidate for reading in readings] == [candidate for candidate, _ in asked.ranked]
    assert [reading.score for reading in readings] == calibration.scores(QUESTION, asked.ranked, idf)


def test_it_marks_the_only_thing_of_the_type_that_is_asked_for() -> None:
    moved = candidate(0, ANSWER, start=100, end=100 + len(ANSWER))
    ((reading,),) = RetrievalReader(Calibration.load()).read(
        [RankedQuestion("Who opened the Harbour Bridge?", [(moved, 1.0)], idf, 3)]
    )
    assert reading.highlight == (100, 109)


def test_it_returns_readings_for_each_citation_and_its_copies() -> None:
    sentences = [ANSWER, *(f"It rains for {day} days." for day in range(COPIES))]
    few, none = question(QUESTION, *sentences, count=1), question(QUESTION)
    readings = RetrievalReader(Calibration.load()).read([few, none])
    assert [len(of_question) for of_question in readings] == [COPIES, 0]
