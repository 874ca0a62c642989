"""Training on statements: what is learnt, what is kept, and where the threshold falls."""

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from index.models.span_model import GRAPH_FILE, SpanModel
from index.training.support.recipe import SupportRecipe
from tests.support.tiny_statements import BELOW, bridge_statements, save_tiny_reader_with_states

if TYPE_CHECKING:
    from index.training.support.learning import LearnableStatements

RECIPE = SupportRecipe(below=BELOW, rounds=12, tokens=200, rate=3e-3, head_rate=1.0, warm_up=2, dropout=0.0)


@pytest.fixture(scope="module")
def learning() -> Any:
    """Return the module, which imports torch, as no collection of tests does."""
    from index.training.support import learning

    return learning


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_reader_with_states(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def data(learning: Any, reader: Path, tmp_path_factory: pytest.TempPathFactory) -> "LearnableStatements":
    found: LearnableStatements = learning.with_states(
        bridge_statements(40), SpanModel.load(reader), tmp_path_factory.mktemp("work")
    )
    return found


def logits(data: "LearnableStatements", network: Any) -> Any:
    import torch

    with torch.inference_mode():
        states, mask, _ = data.batch(range(len(data)))
        return np.asarray(network(states, mask))


def test_states_are_kept(learning: Any, reader: Path, tmp_path: Path) -> None:
    model = SpanModel.load(reader)
    statements = bridge_statements(3)
    stages: list[int] = []
    first = learning.with_states(statements, model, tmp_path, lambda *stage: stages.append(stage[1]))
    again = learning.with_states(statements, model, tmp_path, lambda *stage: stages.append(stage[1]))
    assert stages == [1, 2, 3]
    assert np.array_equal(first.states, again.states)
    assert np.array_equal(first.ends, again.ends)
    own = model.states(statements[1].statement, statements[1].shown)
    states, mask, labels = first.batch([1])
    assert np.allclose(states[0].numpy(), own, atol=0.02)
    assert mask.all()
    assert labels.tolist() == [0.0]


def test_it_learns_what_is_supported(learning: Any, data: "LearnableStatements", reader: Path) -> None:
    network = learning.train(data, reader / GRAPH_FILE, RECIPE)
    supported = np.array([one.supported for one in data.statements])
    found = logits(data, network)
    assert found[supported].min() > found[~supported].max()


def test_the_same_training_gives_the_same_model(
    learning: Any, data: "LearnableStatements", reader: Path
) -> None:
    short = SupportRecipe(below=BELOW, rounds=1, tokens=200)
    first, second = (logits(data, learning.train(data, reader / GRAPH_FILE, short)) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_statement_scores_the_same_beside_longer_ones(
    learning: Any, data: "LearnableStatements", reader: Path
) -> None:
    import torch

    network = learning.train(data, reader / GRAPH_FILE, SupportRecipe(below=BELOW, rounds=1, tokens=200))
    shortest = min(range(len(data)), key=data.length)
    with torch.inference_mode():
        states, mask, _ = data.batch([shortest])
        alone = float(network(states, mask)[0])
    assert alone == pytest.approx(float(logits(data, network)[shortest]), abs=1e-4)


def test_batches_hold_each_statement_once(learning: Any, data: "LearnableStatements") -> None:
    batches = learning.shuffled_batches(data, 200, random.Random(3))
    assert sorted(row for rows in batches for row in rows) == list(range(len(data)))
    assert all(len(rows) * max(map(data.length, rows)) <= 200 for rows in batches)


def test_all_statements_about_an_article_are_held_out_or_none(learning: Any) -> None:
    held_out = [learning.is_held_out(f"Article {number}", 5) for number in range(400)]
    assert 50 < sum(held_out) < 110
    assert learning.is_held_out("Article 3 > A > B", 5) == held_out[3]


def test_the_threshold_is_the_least_with_that_precision(learning: Any) -> None:
    scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    supported = [True, True, False, True, True, False]
    as_they_are = 4 / 6
    assert learning.least_score(scores, supported, 0.8, as_they_are) == pytest.approx(0.45)
    assert learning.least_score(scores, supported, 1.0, as_they_are) == pytest.approx(0.75)
    assert learning.least_score([0.5, 0.5, 0.2], [True, False, True], 0.6, 2 / 3) == pytest.approx(0.1)
    with pytest.raises(ValueError, match=r"precision of 0\.9"):
        learning.least_score([0.9, 0.1], [False, True], 0.9, 0.5)


def test_where_more_is_supported_the_threshold_is_lower(learning: Any) -> None:
    scores, supported = [0.9, 0.8, 0.7, 0.6], [True, True, False, True]
    assert learning.least_score(scores, supported, 0.85, 0.5) == pytest.approx(0.75)
    assert learning.least_score(scores, supported, 0.85, 0.9) == pytest.approx(0.3)
