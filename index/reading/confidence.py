"""Confidence in an answer: a calibrated probability that the first citation answers the question."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.records import Idf, ScoredCandidate
from index.retrieval.answer_types import TYPED, AnswerType, expected_types
from index.retrieval.features import FEATURES, featurise, name_terms, with_wordings
from index.retrieval.question_forms import is_question
from index.retrieval.weights import fusion_weights
from index.segmentation.search_terms import number_wordings, terms

EVIDENCE: tuple[str, ...] = (
    "bias",
    "margin",  # its lead over the second
    "certainty",  # its share of a softmax over the scores
    "dense",  # cosine of the question and the first candidate
    "passage",  # and its passage
    "best_dense",  # the first candidate is the nearest by meaning
    "best_lexical",  # and by words
    "covered",  # share of the question's weight in the sentence
    "missing",  # weight of the rarest term that is nowhere there, over the rarest of all
    "missing_names",  # share of the question's names that are nowhere there
    "missing_numbers",  # share of its numbers that are not in the sentence
    "misfits",  # a name, place or reason is expected, and the sentence mentions none
    "miscounts",  # a date, number or amount is expected, and the sentence mentions none
    "terms",  # number of its terms, as a logarithm
    "asks",  # it looks like a question
)
WORDED = (AnswerType.NAME, AnswerType.PLACE, AnswerType.REASON)
"""Types that a text may give in words that the rules do not see."""


def evidence(question: str, ranked: Sequence[ScoredCandidate], idf: Idf) -> NDArray[np.float64]:
    """Compute the evidence for the first of `ranked`, float64 [len(EVIDENCE)]; best first, not empty."""
    first = ranked[0][0]
    # The same sentence of another article is no rival: more sources do not make an answer less sure.
    ranked = [ranked[0], *(pair for pair in ranked[1:] if pair[0].terms != first.terms)]
    scores = np.array([score for _, score in ranked])
    row = dict(zip(FEATURES, featurise(question, [first], idf)[0].tolist(), strict=True))
    weights = {term: idf(term) for term in terms(question)}
    around = with_wordings(
        {*first.terms, *first.terms_before, *first.terms_after, *first.terms_above}, number_wordings(question)
    )
    names = name_terms(question)
    numbers = [term for term in weights if term[0].isdigit()]
    types = [kind for kind in expected_types(question) if kind in TYPED]
    fits = any(row[f"has_{kind.value}"] for kind in types)
    values = {
        "bias": 1.0,
        "margin": min(scores[0] - scores[1], 4.0) if len(scores) > 1 else 4.0,
        "certainty": 1 / np.exp(scores - scores[0]).sum(),
        "dense": first.dense,
        "passage": first.passage,
        "best_dense": all(first.dense >= other.dense for other, _ in ranked),
        "best_lexical": first.lexical > 0 and all(first.lexical >= other.lexical for other, _ in ranked),
        "covered": row["covered"],
        "missing": max((weight for term, weight in weights.items() if term not in around), default=0.0)
        / (max(weights.values(), default=0.0) or 1.0),
        "missing_names": len(names - around) / len(names) if names else 0.0,
        "missing_numbers": 1 - row["numbers"] if numbers else 0.0,
        "misfits": bool(types) and not fits and types[0] in WORDED,
        "miscounts": bool(types) and not fits and types[0] not in WORDED,
        "terms": math.log1p(len(weights)),
        "asks": is_question(question, as_learnt=True),
    }
    return np.array([float(values[name]) for name in EVIDENCE])


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns evidence into a probability by a logistic function; `weights` is float64 [len(EVIDENCE)]."""

    weights: NDArray[np.float64]

    @classmethod
    def load(cls, text: str | None = None) -> Self:
        """Read the weights from `fusion.json`, or from `text` in its format.

        Raises FootnoteError if they do not fit the evidence.
        """
        return cls(fusion_weights(text).section("confidence", EVIDENCE))

    def confidence(self, question: str, ranked: Sequence[ScoredCandidate], idf: Idf) -> float:
        """Return the probability that the first of `ranked` answers the question; 0 if there is none."""
        if not ranked:
            return 0.0
        return logistic(self.log_odds(question, ranked, idf))

    def log_odds(self, question: str, ranked: Sequence[ScoredCandidate], idf: Idf) -> float:
        """Return the log-odds that the first of `ranked`, not empty, answers the question."""
        return float(evidence(question, ranked, idf) @ self.weights)

    def scores(self, question: str, ranked: Sequence[ScoredCandidate], idf: Idf) -> list[float]:
        """Return a score for each of `ranked`: the confidence, then less by the softmax of the ranking."""
        confidence = self.confidence(question, ranked, idf)
        return [confidence * math.exp(min(0.0, score - ranked[0][1])) for _, score in ranked]


def logistic(logit: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
