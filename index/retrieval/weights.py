"""Learnt weights that are part of the package, as files of JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from index.errors import FootnoteError

FUSION_FILE = "fusion.json"
READING_FILE = "reading.json"

Sections = Mapping[str, Any]


def read_sections(package: str, file: str, text: str | None = None) -> Sections:
    """Read `file` of a package, or `text` in its format. Raises FootnoteError if it is no JSON object."""
    try:
        content = files(package).joinpath(file).read_text(encoding="utf-8") if text is None else text
        sections = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(file, f"{error}") from error
    if not isinstance(sections, dict):
        raise _damaged(file, "not an object")
    return sections


def weights_of(file: str, sections: Sections, section: str, names: Sequence[str]) -> list[float]:
    """Return the weights of a section, in the order of `names`.

    Raises FootnoteError where they are not finite numbers for exactly these names.
    """
    try:
        weights = {str(name): float(value) for name, value in sections[section].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(file, f"{error}") from error
    if set(weights) != set(names) or not all(map(math.isfinite, weights.values())):
        raise _damaged(file, f"its section {section!r} does not fit this program")
    return [weights[name] for name in names]


def _damaged(file: str, reason: str) -> FootnoteError:
    return FootnoteError(f"learnt weights are damaged: {file}: {reason}", "Install again.")
