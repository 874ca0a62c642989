"""What a learnt confidence is worth, in Markdown, partly cross-validated over articles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.evaluation.measures import auroc, calibration_error

THRESHOLDS = (0.2, 0.25, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Case:
    """One question to one library as the confidence sees it; `kind` is a key of the shares it fits."""

    kind: str
    group: str
    evidence: NDArray[np.float64]
    right: bool


Learn = Callable[[Sequence[Case]], Mapping[str, float]]
Without = Callable[[str | None], Sequence[Case]]
"""Gives all cases, the same ones each time, as they are when nothing was learnt from a group."""


def report(without: Without, learn: Learn, names: Sequence[str]) -> str:
    """Describe the confidence that `learn` makes of cases; `names` are those of its evidence.

    Each article with unanswerable questions is judged as if nothing had been learnt from it, and of these it
    is told how often the first sentence is right; the other cases are judged by what was learnt from them,
    too, so that their figures are optimistic.
    """
    cases = without(None)
    held_out = {case.group for case in cases if case.kind == "unanswerable"}
    sure = _judge(cases, learn(cases), names)
    right = np.array([case.right for case in cases])
    for group in sorted(held_out):
        fold = without(group)
        judged = [case for case in fold if case.group == group]
        inside = np.array([case.group == group for case in fold])
        sure[inside] = _judge(judged, learn([case for case in fold if case.group != group]), names)
        right[inside] = [case.right for case in judged]
    tested = np.array([case.group in held_out for case in cases])
    kinds = np.array([case.kind for case in cases])
    answerable = tested & (kinds == "answerable")
    rows = ["| | |", "|---|---|"]
    if answerable.any():
        rows.append(f"| right sentence first, answerable | {100 * right[answerable].mean():.1f} % |")
    for name, kind in (
        ("adversarially unanswerable", "unanswerable"),
        ("other topics", "elsewhere"),
        ("chat", "chat"),
    ):
        rows.append(
            f"| AUROC answerable / {name} | {auroc(sure[answerable], sure[kinds == kind]) or 0:.2f} |"
        )
    error = calibration_error(sure[tested], right[tested]) or 0
    rows.append(f"| calibration error, 15 bins, articles with unanswerable questions | {error:.2f} |")
    rows += [
        "",
        "| threshold | answerable answered | adversarial declined | other topics declined | chat declined |",
    ]
    rows.append("|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        given = sure >= threshold
        declined = [1 - given[kinds == kind].mean() for kind in ("unanswerable", "elsewhere", "chat")]
        shares = [given[answerable].mean(), *declined]
        rows.append(f"| {threshold:.2f} | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + " |")
    return "\n".join(rows) + "\n"


def _judge(cases: Sequence[Case], weights: Mapping[str, float], names: Sequence[str]) -> NDArray[np.float64]:
    logits = np.array([case.evidence for case in cases]) @ np.array([weights[name] for name in names])
    sure: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return sure
