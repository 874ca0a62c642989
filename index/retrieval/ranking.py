"""Ranking of candidates by learnt weights over their features; `fusion.json` holds the weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.records import BlockKind, Candidate, Idf, ScoredCandidate
from index.retrieval.block_fit import block_penalty, other_section_penalties
from index.retrieval.features import FEATURES, featurise
from index.retrieval.question_forms import ends_with_question_mark
from index.retrieval.weights import fusion_weights

QUESTION_PENALTY = 10.0
"""What a sentence that is a question loses: more than the words it shares with the question can bring."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """Scores each candidate by a weighted sum of its features; `weights` is float64 [len(FEATURES)]."""

    weights: NDArray[np.float64]

    @classmethod
    def load(cls, text: str | None = None) -> Self:
        """Read the weights from `fusion.json`, or from `text` in its format.

        Raises FootnoteError if they do not fit the features.
        """
        return cls(fusion_weights(text).section("ranking", FEATURES))

    def rank(self, question: str, candidates: Sequence[Candidate], idf: Idf) -> list[ScoredCandidate]:
        """Return the candidates with their scores, best first; equal scores in the order of the rows.

        Differences of scores are log-odds: a softmax over them says which candidate answers, if one does.
        """
        features = featurise(question, candidates, idf)
        scores = (features @ self.weights).tolist()
        _score_questions_lower(candidates, scores)
        other_sections = other_section_penalties(question, candidates)
        for place, (candidate, row) in enumerate(zip(candidates, features, strict=True)):
            scores[place] -= other_sections[place]
            if not (candidate.block.kind is BlockKind.HEADING and _dates(row)):
                scores[place] -= block_penalty(question, candidate)
        return sorted(zip(candidates, scores, strict=True), key=lambda pair: (-pair[1], pair[0].row))


def _share_section(first: Candidate, second: Candidate) -> bool:
    return (first.article, first.section) == (second.article, second.section)


def _dates(features: NDArray[np.float32]) -> bool:
    """Tell whether a heading has the date that is asked for, like "2.3.1 - 2023-08-19" that of 2.3.1."""
    covered, numbers, has_date = features[
        [FEATURES.index(name) for name in ("covered", "numbers", "has_date")]
    ]
    return bool(has_date and (numbers == 1 or covered >= 0.5))


def _score_questions_lower(candidates: Sequence[Candidate], scores: list[float]) -> None:
    """Give the score of a question among the sentences to the next one: lists of questions and answers."""
    places = {candidate.row: place for place, candidate in enumerate(candidates)}
    for place, candidate in sorted(enumerate(candidates), key=lambda pair: pair[1].row):
        if candidate.block.kind is BlockKind.QUESTION or ends_with_question_mark(candidate.text):
            after = places.get(candidate.row + 1)
            if after is not None and _share_section(candidates[after], candidate):
                scores[after] = max(scores[after], scores[place])
            scores[place] -= QUESTION_PENALTY
