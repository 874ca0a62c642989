"""Ranking of candidates by learnt weights over their features; `fusion.json` holds the weights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.records import BlockKind, Candidate, Idf, Ranked
from index.retrieval.features import FEATURES, featurise
from index.retrieval.question_forms import ends_with_question_mark
from index.retrieval.weights import fusion_weights

QUESTION_PENALTY = 10.0
"""What a sentence that is a question loses: more than the words it shares with the question can bring."""
BLOCK_PENALTIES = {
    BlockKind.HEADING: 10.0,
    BlockKind.CAPTION: 3.0,
    BlockKind.CODE: 1.0,
    BlockKind.CONTENTS: 20.0,
}
"""What a sentence of such a block loses, unless the question is about that kind of block."""
_ABOUT = {
    BlockKind.HEADING: re.compile(r"\b(?:head(?:line|ing)s?|headed|titled?|titles)\b", re.IGNORECASE),
    BlockKind.CAPTION: re.compile(
        r"\b(?:captions?|columns?|figures?|images?|pictures?|photos?)\b", re.IGNORECASE
    ),
    BlockKind.CODE: re.compile(
        r"\b(?:code|commands?|run|type|scripts?|config\w*|settings?|options?|flags?|logs?|lines?|errors?)\b",
        re.IGNORECASE,
    ),
    BlockKind.CONTENTS: re.compile(r"\b(?:contents|chapters?)\b", re.IGNORECASE),
}


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

    def rank(self, question: str, candidates: Sequence[Candidate], idf: Idf) -> list[Ranked]:
        """Return the candidates with their scores, best first; equal scores in the order of the rows.

        Differences of scores are log-odds: a softmax over them says which candidate answers, if one does.
        """
        scores = (featurise(question, candidates, idf) @ self.weights).tolist()
        _score_questions_lower(candidates, scores)
        for place, candidate in enumerate(candidates):
            scores[place] -= _block_penalty(question, candidate.block.kind)
        return sorted(zip(candidates, scores, strict=True), key=lambda pair: (-pair[1], pair[0].row))


def _share_section(first: Candidate, second: Candidate) -> bool:
    return (first.article, first.section) == (second.article, second.section)


def _block_penalty(question: str, kind: BlockKind) -> float:
    """Return what a sentence of a kind of block loses: what stands around the text that answers."""
    about = _ABOUT.get(kind)
    return BLOCK_PENALTIES[kind] if about and not about.search(question) else 0.0


def _score_questions_lower(candidates: Sequence[Candidate], scores: list[float]) -> None:
    """Give the score of a question among the sentences to the next one: lists of questions and answers."""
    places = {candidate.row: place for place, candidate in enumerate(candidates)}
    for place, candidate in sorted(enumerate(candidates), key=lambda pair: pair[1].row):
        if candidate.block.kind is BlockKind.QUESTION or ends_with_question_mark(candidate.text):
            after = places.get(candidate.row + 1)
            if after is not None and _share_section(candidates[after], candidate):
                scores[after] = max(scores[after], scores[place])
            scores[place] -= QUESTION_PENALTY
