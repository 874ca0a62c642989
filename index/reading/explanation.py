"""Explanation of an answer: the sentences that were compared, and what its confidence is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.records import Candidate, Ranked


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """A part of the confidence: a value by its name, and the log-odds that it adds.

    The confidence is the logistic function of the sum over all parts.
    """

    name: str
    value: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A candidate in the order of the answer; `read` are the log-odds of reading, None if it was not read."""

    candidate: Candidate
    read: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an answer came out as it did.

    `candidates` and `read` count the sentences that were compared, and those of them that were read in
    context. `best` are the first of them; `parts` belong to the first of all, and are empty if there is none.
    """

    candidates: int
    read: int
    best: tuple[Compared, ...]
    parts: tuple[ConfidencePart, ...]


def explain(
    ranked: Sequence[Ranked],
    read: Mapping[int, float],
    count: int,
    parts: tuple[Sequence[str], NDArray[np.float64], NDArray[np.float64]] | None,
) -> Explanation:
    """Compose an explanation of `ranked`, best first; `read` maps rows to log-odds of reading.

    `parts` are the names, values and weights of the confidence; None without candidates.
    """
    compared = [Compared(candidate, read.get(candidate.row)) for candidate, _ in ranked]
    read_count = sum(one.read is not None for one in compared)
    best = tuple(compared[:count])
    if parts is None:
        return Explanation(0, 0, best, ())
    names, values, weights = parts
    rows = zip(names, values.tolist(), (values * weights).tolist(), strict=True)
    return Explanation(len(ranked), read_count, best, tuple(ConfidencePart(*row) for row in rows))
