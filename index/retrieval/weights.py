"""Learnt weights: files of JSON that lie beside the code that uses them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.errors import FootnoteError


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """Sections of a file by their names; each holds named weights."""

    name: str
    sections: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, text: str | None = None) -> Self:
        """Read the file at `path`, or `text` in its format. Raises FootnoteError if it is no JSON object."""
        try:
            sections = json.loads(path.read_text(encoding="utf-8") if text is None else text)
        except (OSError, ValueError, RecursionError) as error:
            raise _damaged(path.name, f"{error}") from error
        if not isinstance(sections, dict):
            raise _damaged(path.name, "not an object")
        return cls(path.name, sections)

    def section(self, section: str, names: Sequence[str]) -> NDArray[np.float64]:
        """Return the weights of a section, float64 [len(names)], in the order of `names`.

        Raises FootnoteError if they are not finite numbers for exactly these names.
        """
        try:
            weights = {str(name): float(value) for name, value in self.sections[section].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(self.name, f"{error}") from error
        if set(weights) != set(names) or not all(map(math.isfinite, weights.values())):
            raise _damaged(self.name, f"its section {section!r} does not fit this program")
        return np.array([weights[name] for name in names])


def fusion_weights(text: str | None = None) -> WeightsFile:
    """Read the weights of retrieval, or `text` in their format: of the ranking, and of the confidence in it.

    Raises FootnoteError if it is no JSON object.
    """
    return WeightsFile.read(Path(__file__).with_name("fusion.json"), text)


def _damaged(file: str, reason: str) -> FootnoteError:
    return FootnoteError(f"learnt weights are damaged: {file}: {reason}", "Install again.")
