"""Upper layers in training: they begin as the graph has them, learn, and continue where they were stopped."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest

from index.models.span_model import GRAPH_FILE, OUTPUTS
from index.training.examples.batches import Batch
from index.training.reader.recipe import FurtherRecipe
from index.training.reader.training import LOG_FILE
from tests.support.lazy_modules import LazyModule
from tests.support.tiny_statements import BELOW, save_tiny_reader_with_states

upper_layers = LazyModule("index.training.reader.upper_layers")
RECIPE = FurtherRecipe(below=BELOW, rate=1e-3, warm_up=1, average=0.0, save_every=1, hard=0.0)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_reader_with_states(tmp_path_factory.mktemp("reader")) / GRAPH_FILE


def batch(answer: int) -> Batch:
    """Two windows of eight tokens, the second shorter; the first has an answer of one token."""
    ids = np.array([[2, 4, 5, 3, 3, 6, 7, 3], [2, 4, 5, 3, 3, 8, 3, 0]], dtype=np.int64)
    mask = (ids > 0).astype(np.int64)
    markable = np.zeros(ids.shape, dtype=bool)
    markable[:, 0] = markable[0, 5:7] = markable[1, 5] = True
    ends = np.array([answer, 0])
    return Batch(ids, np.zeros_like(ids), mask, markable, ends, ends)


def test_they_begin_with_the_scores_of_the_graph(graph: Path) -> None:
    import torch

    network = upper_layers.UpperLayers(graph, BELOW).eval()
    states, losses = upper_layers.ShippedReader(graph, BELOW).read(batch(5))
    with torch.inference_mode():
        start, end = network(torch.from_numpy(states), batch(5))
    assert float(upper_layers.marking_loss((start, end), batch(5))) == pytest.approx(losses.mean(), abs=0.05)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    for row, length in enumerate((8, 7)):
        ids = batch(5).ids[row : row + 1, :length]
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        for ours, theirs in zip((start, end), session.run(list(OUTPUTS), feed), strict=True):
            shown = np.flatnonzero(batch(5).markable[row])
            assert ours[row].numpy()[shown] == pytest.approx(theirs[0][shown], abs=0.05)


def test_they_are_trained_in_half_precision_where_the_processor_has_it(
    graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    states, _ = upper_layers.ShippedReader(graph, BELOW).read(batch(5))
    for kind, same in ((torch.bfloat16, False), (torch.float32, True)):
        monkeypatch.setattr("index.training.reader.upper_layers.compute_type", lambda kind=kind: kind)
        network = upper_layers.UpperLayers(graph, BELOW)
        with torch.inference_mode():
            trained, used = (
                network.train(training)(torch.from_numpy(states), batch(5))[0] for training in (True, False)
            )
        assert trained.dtype == used.dtype == torch.float32
        assert torch.equal(trained, used) is same
        assert torch.allclose(trained, used, atol=0.1)
        assert all(weight.dtype == torch.float32 for weight in network.parameters())


def learn(
    graph: Path, batches: list[Batch], work: Path, recipe: FurtherRecipe = RECIPE, **options: Any
) -> Any:
    """Train the upper layers of the graph's reader."""
    shipped, network = upper_layers.ShippedReader(graph, BELOW), upper_layers.UpperLayers(graph, BELOW)
    return upper_layers.learn_upper_layers(batches, shipped, network, recipe, work, **options)


def test_they_learn_what_is_marked(graph: Path, tmp_path: Path) -> None:
    import torch

    trained = learn(graph, [batch(5)] * 30, tmp_path)
    states, _ = upper_layers.ShippedReader(graph, BELOW).read(batch(5))
    start, _ = trained(torch.from_numpy(states), batch(5))
    assert start.argmax(1).tolist() == [5, 0]


def test_what_the_reader_gets_wrong_is_learnt_and_some_of_the_rest() -> None:
    losses = np.array([0.5, 0.01] * 500, dtype=np.float32)
    rows = upper_layers.worth_learning(losses, FurtherRecipe(hard=0.2, easy=0.2), step=1)
    assert {row for row in rows if row % 2 == 0} == set(range(0, 1000, 2))
    assert 60 <= sum(row % 2 for row in rows) <= 140  # 100 are expected, with a deviation of 9
    assert rows != upper_layers.worth_learning(losses, FurtherRecipe(hard=0.2, easy=0.2), step=2)
    assert upper_layers.worth_learning(losses[1::2], FurtherRecipe(easy=0.0), step=1) == [0]


def test_a_batch_is_split_by_length() -> None:
    parts = list(upper_layers.alike_in_length(batch(5), [0, 1], 15))
    assert parts == [[1], [0]]
    assert list(upper_layers.alike_in_length(batch(5), [0, 1], 16)) == [[1, 0]]
    short = upper_layers.rows_of(batch(5), [1])
    assert short.ids.tolist() == [[2, 4, 5, 3, 3, 8, 3]]
    assert short.markable.tolist() == [[True, False, False, False, False, True, False]]
    assert (short.starts.tolist(), short.ends.tolist()) == ([0], [0])


def test_a_batch_that_is_split_is_learnt_as_a_whole(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "split").mkdir()
    learn(graph, [batch(5)] * 3, tmp_path)
    learn(graph, [batch(5)] * 3, tmp_path / "split", replace(RECIPE, together=8))
    losses = [
        [json.loads(line)["loss"] for line in (folder / LOG_FILE).read_text("utf-8").splitlines()]
        for folder in (tmp_path, tmp_path / "split")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert losses[0][2] < losses[0][0]


def test_a_stopped_training_continues(graph: Path, tmp_path: Path) -> None:
    batches = [batch(answer) for answer in (5, 6, 5, 0)]
    whole = learn(graph, batches, tmp_path)

    def stop(_: str, step: int, __: int) -> None:
        if step == 3:
            raise KeyboardInterrupt

    (tmp_path / "stopped").mkdir()
    with pytest.raises(KeyboardInterrupt):
        learn(graph, batches, tmp_path / "stopped", progress=stop)
    continued = learn(graph, batches, tmp_path / "stopped")
    for name, weight in whole.state_dict().items():
        assert weight.numpy() == pytest.approx(continued.state_dict()[name].numpy(), abs=1e-6), name


def test_the_average_is_what_is_kept(graph: Path, tmp_path: Path) -> None:
    slow = learn(graph, [batch(5)] * 3, tmp_path, replace(RECIPE, average=0.999))
    before = upper_layers.UpperLayers(graph, BELOW)
    for name, weight in before.state_dict().items():
        assert slow.state_dict()[name].numpy() == pytest.approx(weight.numpy(), abs=4e-3), name


def test_what_is_kept_lies_between_the_weights_before_and_those_learnt(graph: Path, tmp_path: Path) -> None:
    before, learnt, kept = (upper_layers.UpperLayers(graph, BELOW) for _ in range(3))
    kept.load_state_dict(learn(graph, [batch(5)] * 3, tmp_path).state_dict())
    learnt.load_state_dict(kept.state_dict())
    assert upper_layers.interpolated(before, kept, 0.75) is kept
    for name, weight in kept.state_dict().items():
        expected = before.state_dict()[name] / 4 + learnt.state_dict()[name] * 3 / 4
        assert weight.numpy() == pytest.approx(expected.numpy(), abs=1e-6), name
    assert not (learnt.head.weight == kept.head.weight).all()
