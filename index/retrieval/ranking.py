"""Orders candidates by learnt weights over the features; `fusion.json` beside this file holds the weights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.records import Candidate, Idf, Ranked
from index.retrieval.features import FEATURES, featurise
from index.retrieval.weights import FUSION_FILE, read_sections, weights_of

ASKING = 10.0
"""What a sentence that asks loses: more than the words that it shares with the question can bring."""
_ASKING = re.compile(r"[?？؟]\W*$")


@dataclass(frozen=True, slots=True)
class Ranker:
    """Scores each candidate by a weighted sum of its features; `weights` is float64 [len(FEATURES)]."""

    weights: NDArray[np.float64]

    @classmethod
    def load(cls, text: str | None = None) -> Self:
        """Read the weights from `fusion.json`, or from `text` of its form.

        Raises FootnoteError where they do not fit the features.
        """
        return cls(
            np.array(
                weights_of(
                    FUSION_FILE, read_sections("index.retrieval", FUSION_FILE, text), "ranking", FEATURES
                )
            )
        )

    def rank(self, question: str, candidates: Sequence[Candidate], idf: Idf) -> list[Ranked]:
        """Return the candidates with their scores, best first; equal scores in the order of the rows.

        Differences of scores are log-odds: a softmax over them says which candidate answers, if one does.
        """
        scores = (featurise(question, candidates, idf) @ self.weights).tolist()
        _pass_on(candidates, scores)
        return sorted(zip(candidates, scores, strict=True), key=lambda pair: (-pair[1], pair[0].row))


def _pass_on(candidates: Sequence[Candidate], scores: list[float]) -> None:
    """Give the score of a sentence that asks to the one after it: lists of questions and answers."""
    places = {candidate.row: place for place, candidate in enumerate(candidates)}
    for place, candidate in enumerate(candidates):
        if _ASKING.search(candidate.text):
            after = places.get(candidate.row + 1)
            if after is not None and candidates[after].article == candidate.article:
                scores[after] = max(scores[after], scores[place])
            scores[place] -= ASKING
