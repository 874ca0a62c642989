"""Report on how good a fitted confidence is, in Markdown, partly cross-validated over articles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.evaluation.measures import auroc, calibration_error

THRESHOLDS = (0.2, 0.3, 0.35, 0.5)
FOLDS = 5


@dataclass(frozen=True, slots=True)
class ConfidenceExample:
    """One question to one library as the confidence sees it.

    `kind` is "answerable", "unanswerable", "elsewhere" or "chat", `group` names the article or the library,
    and `right` says whether the sentence that was ranked first answers.
    """

    kind: str
    group: str
    evidence: NDArray[np.float64]
    right: bool


Fit = Callable[[Sequence[ConfidenceExample]], Mapping[str, float]]
ExamplesWithout = Callable[[frozenset[str]], Sequence[ConfidenceExample]]
"""Returns all examples, the same ones each time, as they are if nothing was learnt from some groups."""


def report(examples_without: ExamplesWithout, fit: Fit, names: Sequence[str]) -> str:
    """Describe the confidence that `fit` makes of examples; `names` are those of its evidence.

    Each article with unanswerable questions is judged by a confidence that has learnt nothing from it nor
    from the others of its fold, one of five, and for these articles the report says how often the first
    sentence is right. The other examples are judged by what was learnt from them, too, so that their figures
    are optimistic.
    """
    examples = examples_without(frozenset())
    held_out = {example.group for example in examples if example.kind == "unanswerable"}
    confidences = _judge(examples, fit(examples), names)
    right = np.array([example.right for example in examples])
    for number in range(min(FOLDS, len(held_out))):
        fold = frozenset(sorted(held_out)[number::FOLDS])
        refitted = examples_without(fold)
        judged = [example for example in refitted if example.group in fold]
        inside = np.array([example.group in fold for example in refitted])
        weights = fit([example for example in refitted if example.group not in fold])
        confidences[inside] = _judge(judged, weights, names)
        right[inside] = [example.right for example in judged]
    tested = np.array([example.group in held_out for example in examples])
    kinds = np.array([example.kind for example in examples])
    answerable = tested & (kinds == "answerable")
    rows = ["| | |", "|---|---|"]
    if answerable.any():
        rows.append(f"| right sentence first, answerable | {100 * right[answerable].mean():.1f} % |")
    for name, kind in (
        ("adversarially unanswerable", "unanswerable"),
        ("other topics", "elsewhere"),
        ("chat", "chat"),
    ):
        area = auroc(confidences[answerable], confidences[kinds == kind]) or 0
        rows.append(f"| AUROC answerable / {name} | {area:.2f} |")
    error = calibration_error(confidences[tested], right[tested]) or 0
    rows.append(f"| calibration error, 15 bins, articles with unanswerable questions | {error:.2f} |")
    rows += [
        "",
        "| threshold | answerable answered | adversarial declined | other topics declined | chat declined |",
    ]
    rows.append("|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        answered = confidences >= threshold
        declined = [1 - answered[kinds == kind].mean() for kind in ("unanswerable", "elsewhere", "chat")]
        shares = [answered[answerable].mean(), *declined]
        rows.append(f"| {threshold:.2f} | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + " |")
    return "\n".join(rows) + "\n"


def _judge(
    examples: Sequence[ConfidenceExample], weights: Mapping[str, float], names: Sequence[str]
) -> NDArray[np.float64]:
    logits = np.array([example.evidence for example in examples]) @ np.array(
        [weights[name] for name in names]
    )
    confidences: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return confidences
