"""Tiny readers with states, and statements about a bridge that is open or shut."""

import json
from collections.abc import Sequence
from pathlib import Path

from index.models.span_model_export import export_span_model
from index.training.reader.exported_graph import expose_states
from index.training.support.statements import Statement
from tests.support.tiny_span_models import save_tiny_reader

BELOW = 1
"""Layers of the tiny reader, which has two, below its states."""
PLACES = ("river", "road", "lake", "sea", "town")


def save_tiny_reader_with_states(folder: Path, shift: int = 0) -> Path:
    """Export a tiny reader of MPNet's kind whose graph has states to `folder / "reader"`; return that."""
    export_span_model(save_tiny_reader(folder / "model", "mpnet", shift=shift), folder / "reader")
    expose_states(folder / "reader", BELOW)
    return folder / "reader"


def bridge_statements(count: int) -> list[Statement]:
    """Statements of which one half says what the text says, the other the opposite."""
    found = []
    for number in range(count):
        place, supported = PLACES[number % len(PLACES)], number % 2 == 0
        found.append(
            Statement(
                f"The {place} {number % 7}",
                f"The bridge by the {place} is open.",
                f"It is {'open' if supported else 'shut'} by the {place}.",
                supported,
                "paraphrase" if supported else "negated",
            )
        )
    return found


def write_statements(path: Path, statements: Sequence[Statement]) -> Path:
    """Write statements with their texts as a file of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        json.dumps({name: getattr(one, name) for name in Statement.__slots__}, ensure_ascii=False)
        for one in statements
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
