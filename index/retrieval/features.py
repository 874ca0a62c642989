"""What speaks for a sentence as the answer to a question: a row of interpretable numbers per candidate."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.records import Candidate, Idf
from index.retrieval.answer_types import TYPED, AnswerType, expected_types, mentions
from index.retrieval.question_forms import ends_with_question_mark
from index.segmentation.search_terms import terms

FEATURES: tuple[str, ...] = (
    "dense",  # cosine of the question and the sentence
    "passage",  # and its passage
    "lexical",  # BM25 over the question's weight
    "covered",  # share of the question's weight that the sentence has,
    "covered_near",  # that only its neighbours have,
    "covered_title",  # that only the title has
    "covered_before",  # by the sentence before, where this one begins with "he", "it", "this"
    "likeness",  # by words with the same beginning
    "pairs",  # neighbouring terms of the question that are neighbours here
    "names",  # share of the question's names that the sentence has,
    "names_near",  # that only the neighbours or the title have
    "numbers",  # share of the question's numbers that the sentence has
    "asks",  # the sentence is a question itself
    "fragment",  # the sentence has fewer than four terms
    # Something of the expected kind that the question does not name:
    *(f"has_{kind.value}" for kind in TYPED),
)
_CAPITALISED = re.compile(r"(?<=[\w,;:'’\"] )[A-Z][\w’'.-]*|\b[A-Z][\w.-]*[A-Z][\w.-]*")
_REFERENCE = re.compile(
    r"\W*(?:he|she|it|they|this|that|these|those|his|her|its|their|such)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Question:
    weights: dict[str, float]
    mass: float
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    numbers: frozenset[str]
    types: tuple[AnswerType, ...]


def featurise(question: str, candidates: Sequence[Candidate], idf: Idf) -> NDArray[np.float32]:
    """Compute the features of each candidate: float32 [n, len(FEATURES)], all about 0 to 1.

    `idf` gives the weight of a search term in the library; unknown terms have the largest.
    """
    asked = _read_question(question, idf)
    words = cache(terms)  # names come again and again
    rows = [_features(asked, candidate, words) for candidate in candidates]
    return np.array(rows, dtype=np.float32).reshape(len(candidates), len(FEATURES))


def names_of(question: str) -> frozenset[str]:
    """Return the terms of the words that are capitalised, the first word of the question left out."""
    return frozenset(terms(" ".join(_CAPITALISED.findall(question))))


def _read_question(question: str, idf: Idf) -> _Question:
    asked = terms(question)
    weights = {term: idf(term) for term in asked}
    return _Question(
        weights=weights,
        mass=sum(weights.values()) or 1.0,
        pairs=frozenset(pairwise(asked)),
        names=names_of(question),
        numbers=frozenset(term for term in asked if term[0].isdigit()),
        types=expected_types(question),
    )


def _features(asked: _Question, candidate: Candidate, words: Callable[[str], list[str]]) -> list[float]:
    own = candidate.terms
    present = set(own)
    before = set(candidate.terms_before)
    near = before | set(candidate.terms_after)
    title = set(candidate.terms_title)
    missing = {term: weight for term, weight in asked.weights.items() if term not in present}

    def missing_in(place: set[str]) -> float:
        return sum(weight for term, weight in missing.items() if term in place) / asked.mass

    return [
        candidate.dense,
        candidate.passage,
        candidate.lexical / asked.mass,
        1 - sum(missing.values()) / asked.mass if asked.weights else 0.0,
        missing_in(near),
        missing_in(title),
        missing_in(before) if _REFERENCE.match(candidate.text) else 0.0,
        sum(weight * _likeness(term, present) for term, weight in missing.items()) / asked.mass,
        _pairs(asked.pairs, own),
        _share(asked.names, present),
        _share(asked.names - present, near | title),
        _share(asked.numbers, present),
        float(ends_with_question_mark(candidate.text, as_learnt=True)),
        float(len(own) < 4),
        *(float(_has(asked, kind, candidate.text, words)) for kind in TYPED),
    ]


def _share(wanted: frozenset[str], present: set[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _likeness(term: str, present: set[str]) -> float:
    """How much the likest of `present` shares of the beginning of `term`, from five characters on."""
    if len(term) < 5:
        return 0.0
    stem = term[:5]
    return max(
        (
            _common_prefix(term, other) / max(len(term), len(other))
            for other in present
            if other.startswith(stem)
        ),
        default=0.0,
    )


def _common_prefix(first: str, second: str) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )


def _pairs(wanted: frozenset[tuple[str, str]], own: Sequence[str]) -> float:
    """Share of the question's neighbouring terms that are neighbours here too, at most one term between."""
    if not wanted:
        return 0.0
    found = set(pairwise(own)) | set(zip(own, own[2:], strict=False))
    return sum(pair in found or (pair[1], pair[0]) in found for pair in wanted) / len(wanted)


def _has(asked: _Question, kind: AnswerType, text: str, words: Callable[[str], list[str]]) -> bool:
    """Whether the question expects `kind` and `text` mentions one that the question does not name itself."""
    if kind not in asked.types:
        return False
    if kind is AnswerType.REASON:
        return bool(mentions(text, kind))
    return any(
        not all(term in asked.weights for term in words(text[start:end]))
        for start, end in mentions(text, kind)
    )
