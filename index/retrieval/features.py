"""Features of a candidate answer to a question: a row of numbers that people can interpret."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.records import Candidate, Idf
from index.retrieval.answer_types import TYPED, AnswerType, expected_types, mentions
from index.retrieval.question_forms import ends_with_question_mark
from index.segmentation.search_terms import number_wordings, terms

FEATURES: tuple[str, ...] = (
    "dense",  # cosine of the question and the sentence
    "passage",  # and its passage
    "lexical",  # BM25 over the question's weight
    "covered",  # share of the question's weight that the sentence has,
    "covered_near",  # that only its neighbours have,
    "covered_title",  # that only the title has
    "covered_before",  # by the sentence before, if this one begins with "he", "it", "this"
    "likeness",  # by words with the same beginning
    "pairs",  # neighbouring terms of the question that are neighbours here
    "names",  # share of the question's names that the sentence has,
    "names_near",  # that only the neighbours or the title have
    "numbers",  # share of the question's numbers that the sentence has
    "asks",  # the sentence is a question itself
    "fragment",  # the sentence has fewer than four terms
    # Something of the expected type that the question does not name:
    *(f"has_{kind.value}" for kind in TYPED),
)
# A capitalised word after another word, or one with two capitals: "the [Nile]", "[NATO]".
_CAPITALISED = re.compile(r"(?<=[\w,;:'’\"] )[A-Z][\w’'.-]*|\b[A-Z][\w.-]*[A-Z][\w.-]*")
_REFERENCE = re.compile(
    r"\W*(?:he|she|it|they|this|that|these|those|his|her|its|their|such)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _ParsedQuestion:
    weights: dict[str, float]
    total_weight: float
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    numbers: frozenset[str]
    types: tuple[AnswerType, ...]
    wordings: Sequence[tuple[frozenset[str], frozenset[str]]]


def featurise(question: str, candidates: Sequence[Candidate], idf: Idf) -> NDArray[np.float32]:
    """Compute the features of each candidate: float32 [n, len(FEATURES)], all about 0 to 1.

    `idf` gives the weight of a search term in the library; unknown terms have the largest.
    """
    parsed = _parse(question, idf)
    cached_terms = cache(terms)  # names come up again and again
    rows = [_features(parsed, candidate, cached_terms) for candidate in candidates]
    return np.array(rows, dtype=np.float32).reshape(len(candidates), len(FEATURES))


def name_terms(question: str) -> frozenset[str]:
    """Return the terms of the capitalised words of `question`, except for its first word."""
    return frozenset(terms(" ".join(_CAPITALISED.findall(question))))


def _parse(question: str, idf: Idf) -> _ParsedQuestion:
    question_terms = terms(question)
    weights = {term: idf(term) for term in question_terms}
    return _ParsedQuestion(
        weights=weights,
        total_weight=sum(weights.values()) or 1.0,
        pairs=frozenset(pairwise(question_terms)),
        names=name_terms(question),
        numbers=frozenset(term for term in question_terms if term[0].isdigit()),
        types=expected_types(question),
        wordings=number_wordings(question),
    )


def with_wordings(present: set[str], wordings: Collection[tuple[frozenset[str], frozenset[str]]]) -> set[str]:
    """Add to the terms of a text all wordings that the question has of numbers, times and dates there."""
    return present.union(*(own for shared, own in wordings if shared <= present))


def _features(
    question: _ParsedQuestion, candidate: Candidate, terms_of: Callable[[str], list[str]]
) -> list[float]:
    own = candidate.terms
    present = with_wordings(set(own), question.wordings)
    before = set(candidate.terms_before)
    near = with_wordings(before | set(candidate.terms_after), question.wordings)
    title = with_wordings(set(candidate.terms_above), question.wordings)
    missing = {term: weight for term, weight in question.weights.items() if term not in present}

    def missing_in(place: set[str]) -> float:
        return sum(weight for term, weight in missing.items() if term in place) / question.total_weight

    return [
        candidate.dense,
        candidate.passage,
        candidate.lexical / question.total_weight,
        1 - sum(missing.values()) / question.total_weight if question.weights else 0.0,
        missing_in(near),
        missing_in(title),
        missing_in(before) if _REFERENCE.match(candidate.text) else 0.0,
        sum(weight * _likeness(term, present) for term, weight in missing.items()) / question.total_weight,
        _pairs(question.pairs, own),
        _share(question.names, present),
        _share(question.names - present, near | title),
        _share(question.numbers, present),
        float(ends_with_question_mark(candidate.text, as_learnt=True)),
        float(len(own) < 4),
        *(float(_has(question, kind, candidate.text, terms_of)) for kind in TYPED),
    ]


def _share(wanted: frozenset[str], present: set[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _likeness(term: str, present: set[str]) -> float:
    """Return the share of `term` that another term begins with, too; 0 below five characters."""
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
    """Return the share of the question's pairs of terms that stand here, at most one term between them."""
    if not wanted:
        return 0.0
    neighbours = set(pairwise(own)) | set(zip(own, own[2:], strict=False))
    return sum(pair in neighbours or pair[::-1] in neighbours for pair in wanted) / len(wanted)


def _has(
    question: _ParsedQuestion, kind: AnswerType, text: str, terms_of: Callable[[str], list[str]]
) -> bool:
    """Tell whether `kind` is expected and `text` mentions one that the question itself does not name."""
    if kind not in question.types:
        return False
    if kind is AnswerType.REASON:
        return bool(mentions(text, kind))
    return any(
        not _names(question, text[start:end], terms_of(text[start:end]))
        for start, end in mentions(text, kind)
    )


def _names(question: _ParsedQuestion, mention: str, mention_terms: Sequence[str]) -> bool:
    """Tell whether the question names a thing that a text mentions, in whatever wording of its numbers."""
    missing = [term for term in mention_terms if term not in question.weights]
    return not missing or with_wordings(set(question.weights), number_wordings(mention)).issuperset(missing)
