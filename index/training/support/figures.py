"""Figures of a support model: how well it tells supported statements from others, kind by kind."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.evaluation.measures import auroc
from index.models.support_model import SupportModel
from index.training.support.statements import Statement


def support_figures(sets: Mapping[str, Sequence[Statement]], model: SupportModel, threshold: float) -> str:
    """Return two tables in Markdown: each set as a whole at `threshold`, and what passes of each kind."""
    columns = (
        "statements",
        "supported",
        "others",
        "AUROC",
        "precision of what passes",
        "supported that pass",
        "others that pass",
    )
    lines = [f"Threshold {threshold:.3f}.", "", _row(columns), "|---" * len(columns) + "|"]
    by_kind: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for name, statements in sets.items():
        scores = np.array(model.scores([(one.statement, one.shown) for one in statements]))
        supported = np.array([one.supported for one in statements])
        passes = scores >= threshold
        for one, passed in zip(statements, passes, strict=True):
            by_kind[not one.supported, one.kind].append(bool(passed))
        ranking = auroc(scores[supported], scores[~supported])
        shares = (supported[passes], passes[supported], passes[~supported])
        counts = (str(supported.sum()), str((~supported).sum()), "–" if ranking is None else f"{ranking:.3f}")
        lines.append(_row((name, *counts, *(_share(part) for part in shares))))
    lines += ["", "| kind | statements | pass |", "|---|---|---|"]
    for (unsupported, kind), passed in sorted(by_kind.items()):
        label = "not supported" if unsupported else "supported"
        lines.append(f"| {label}: {kind} | {len(passed)} | {np.mean(passed):.0%} |")
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _share(part: NDArray[np.bool_]) -> str:
    return f"{part.mean():.1%}" if len(part) else "–"
