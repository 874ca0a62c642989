"""Upper layers in training: they begin as the graph has them, learn, and continue where they were stopped."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest

from index.models.span_model import GRAPH_FILE, OUTPUTS
from index.training.examples.batches import Batch
from index.training.reader.recipe import FurtherRecipe
from tests.support.lazy_modules import LazyModule
from tests.support.tiny_statements import BELOW, save_tiny_reader_with_states

upper_layers = LazyModule("index.training.reader.upper_layers")
RECIPE = FurtherRecipe(below=BELOW, rate=1e-3, warm_up=1, average=0.0, save_every=1)


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

    lower, network = upper_layers.LowerLayers(graph), upper_layers.UpperLayers(graph, BELOW).eval()
    with torch.inference_mode():
        start, end = network(lower.states(batch(5)), batch(5))
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    for row, length in enumerate((8, 7)):
        ids = batch(5).ids[row : row + 1, :length]
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        for ours, theirs in zip((start, end), session.run(list(OUTPUTS), feed), strict=True):
            shown = np.flatnonzero(batch(5).markable[row])
            assert ours[row].numpy()[shown] == pytest.approx(theirs[0][shown], abs=0.05)


def test_they_learn_what_is_marked(graph: Path, tmp_path: Path) -> None:
    trained = upper_layers.learn_upper_layers([batch(5)] * 30, graph, RECIPE, tmp_path)
    start, _ = trained(upper_layers.LowerLayers(graph).states(batch(5)), batch(5))
    assert start.argmax(1).tolist() == [5, 0]


def test_a_stopped_training_continues(graph: Path, tmp_path: Path) -> None:
    batches = [batch(answer) for answer in (5, 6, 5, 0)]
    whole = upper_layers.learn_upper_layers(batches, graph, RECIPE, tmp_path)

    def stop(_: str, step: int, __: int) -> None:
        if step == 3:
            raise KeyboardInterrupt

    (tmp_path / "stopped").mkdir()
    with pytest.raises(KeyboardInterrupt):
        upper_layers.learn_upper_layers(batches, graph, RECIPE, tmp_path / "stopped", stop)
    continued = upper_layers.learn_upper_layers(batches, graph, RECIPE, tmp_path / "stopped")
    for name, weight in whole.state_dict().items():
        assert weight.numpy() == pytest.approx(continued.state_dict()[name].numpy(), abs=1e-6), name


def test_the_average_is_what_is_kept(graph: Path, tmp_path: Path) -> None:
    slow = upper_layers.learn_upper_layers([batch(5)] * 3, graph, replace(RECIPE, average=0.999), tmp_path)
    before = upper_layers.UpperLayers(graph, BELOW)
    for name, weight in before.state_dict().items():
        assert slow.state_dict()[name].numpy() == pytest.approx(weight.numpy(), abs=4e-3), name
