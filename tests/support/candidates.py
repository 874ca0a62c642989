"""A question, candidates for it, and how rare their words are, for tests of ranking and confidence."""

from dataclasses import replace

from index.records import Candidate
from index.segmentation.search_terms import terms

QUESTION = "Who opened the Harbour Bridge in 1998?"
FREQUENT = set("anna berg open harbour bridg 1998 rain today mayor".split())


def idf(term: str) -> float:
    return 2.0 if term in FREQUENT else 6.0


def candidate(row: int, text: str, dense: float = 0.5, **changes: object) -> Candidate:
    words = tuple(terms(text))
    plain = Candidate(row, 0, 0, len(text), text, dense, 0.4, 2.0, words, (), (), ("town",))
    return replace(plain, **changes)  # type: ignore[arg-type]
