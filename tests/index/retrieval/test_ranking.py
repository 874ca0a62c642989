"""Ranking: the best sentence first, ties by row, and no question as an answer."""

from index.retrieval.ranking import Ranker
from tests.support.candidates import QUESTION, candidate, idf


def test_the_best_sentence_comes_first_and_ties_go_by_row() -> None:
    right = candidate(7, "Anna Berg opened the Harbour Bridge in 1998.", 0.8)
    noise = [candidate(row, "It rains today.", 0.1) for row in (9, 2, 5)]
    ranked = Ranker.load().rank(QUESTION, [*noise, right], idf)
    assert [found.row for found, _ in ranked] == [7, 2, 5, 9]
    assert ranked == Ranker.load().rank(QUESTION, [right, *reversed(noise)], idf)
    assert Ranker.load().rank(QUESTION, [], idf) == []


def test_a_sentence_that_asks_passes_its_score_on_to_the_one_below() -> None:
    heading = candidate(4, "How long is the warranty?", dense=0.99)
    answer = candidate(5, "Two years from the date of purchase.", dense=0.3)
    other = candidate(9, "The warranty card is green.", dense=0.5)
    ranked = Ranker.load().rank("How long is the warranty?", [heading, answer, other], idf)
    assert [found.row for found, _ in ranked] == [5, 9, 4]
