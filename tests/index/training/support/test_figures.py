"""The report on a support model: each set as a whole, and kind by kind."""

from typing import Any

from index.training.support.figures import support_figures
from tests.support.tiny_statements import bridge_statements


class Knowing:
    """A model that is right but for the statements about the sea."""

    def scores(self, pairs: list[tuple[str, str]]) -> list[float]:
        return [0.9 if "open" in statement or "sea" in statement else 0.1 for statement, _ in pairs]


def test_it_counts_what_passes() -> None:
    model: Any = Knowing()
    report = support_figures({"all": bridge_statements(20)}, model, 0.5)
    # 10 supported, 10 not; of the latter 2 are about the sea.
    assert "| all | 10 | 10 | 0.900 | 83.3% | 100.0% | 20.0% |" in report
    assert "| not supported: negated | 10 | 20% |" in report
    assert "| supported: paraphrase | 10 | 100% |" in report
