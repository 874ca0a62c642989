"""The report on a confidence, cross-validated over the articles with unanswerable questions."""

from collections.abc import Mapping, Sequence

import numpy as np

from index.training.weights.report import ConfidenceExample, report
from tests.support.confidence_examples import made_examples

KINDS = ("answerable", "unanswerable", "elsewhere", "chat")


def test_the_report_judges_each_article_without_itself() -> None:
    names = ("bias", "up", "down")
    examples = [example for kind in KINDS for example in made_examples(60, (0.0, 2.0, -1.0), kind)]
    other = [ConfidenceExample("answerable", "other", np.array([1.0, 0.0, 0.0]), True)] * 40
    fitted_groups: list[set[str]] = []
    left_out: list[frozenset[str]] = []

    def fit(learnt: Sequence[ConfidenceExample]) -> Mapping[str, float]:
        fitted_groups.append({example.group for example in learnt})
        return dict(zip(names, (0.0, 2.0, -1.0), strict=True))

    def examples_without(group: frozenset[str]) -> list[ConfidenceExample]:
        left_out.append(group)
        return [*examples, *other]

    table = report(examples_without, fit, names)
    tested = {f"{number}" for number in range(5)}
    assert left_out == [frozenset(), *({group} for group in sorted(tested))]
    assert fitted_groups[0] == tested | {"other"}
    assert fitted_groups[1:] == [fitted_groups[0] - {group} for group in sorted(tested)]
    first = np.mean([example.right for example in examples if example.kind == "answerable"])
    assert f"| right sentence first, answerable | {100 * first:.1f} % |" in table
    assert "| AUROC answerable / adversarially unanswerable | 0." in table
    assert table.count("\n| 0.") == 4


def test_articles_are_left_out_by_fives() -> None:
    examples = [
        ConfidenceExample("unanswerable", f"{number:02}", np.array([1.0]), right=False)
        for number in range(12)
    ]
    left_out: list[frozenset[str]] = []

    def examples_without(groups: frozenset[str]) -> list[ConfidenceExample]:
        left_out.append(groups)
        return examples

    report(examples_without, lambda _: {"bias": 0.0}, ["bias"])
    folds = left_out[1:]
    assert [len(fold) for fold in folds] == [3, 3, 2, 2, 2]
    assert frozenset.union(*folds) == {example.group for example in examples}
