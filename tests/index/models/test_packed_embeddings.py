"""Embeddings in 4 bits: rows come back but for their rounding, small tables stay as they are."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from index.arrays import Floats
from index.models.packed_embeddings import BLOCK, pack_embeddings
from tests.support.lazy_modules import LazyModule

onnx = LazyModule("onnx")

ROWS, WIDTH = 7, 3 * BLOCK


@pytest.fixture
def table() -> Floats:
    values = np.random.default_rng(1).normal(size=(ROWS, WIDTH)).astype(np.float32)
    values[1] = 0
    values[2] = np.abs(values[2]) + 5
    values[3, BLOCK:] *= 100
    return values


def graph_of(table: Floats, path: Path) -> Path:
    node = onnx.helper.make_node("Gather", ["table", "ids"], ["rows"], name="look-up")
    ids = onnx.helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, ["n"])
    rows = onnx.helper.make_tensor_value_info("rows", onnx.TensorProto.FLOAT, ["n", table.shape[1]])
    graph = onnx.helper.make_graph(
        [node], "graph", [ids], [rows], [onnx.numpy_helper.from_array(table, "table")]
    )
    opsets = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def rows_of(path: Path) -> Floats:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (rows,) = session.run(["rows"], {"ids": np.arange(ROWS)})
    return np.asarray(rows)


def test_rows_come_back_but_for_their_rounding(table: Floats, tmp_path: Path) -> None:
    path = graph_of(table, tmp_path / "graph.onnx")
    pack_embeddings(path, least=1)
    blocks, packed = table.reshape(ROWS, -1, BLOCK), rows_of(path).reshape(ROWS, -1, BLOCK)
    steps = (np.maximum(blocks.max(2), 0) - np.minimum(blocks.min(2), 0)) / 15
    assert (np.abs(packed - blocks) <= steps[..., None] * 1.01 + 1e-6).all()
    assert np.corrcoef(packed.ravel(), blocks.ravel())[0, 1] > 0.99
    assert not np.array_equal(packed, blocks)


def test_small_tables_stay_as_they_are(table: Floats, tmp_path: Path) -> None:
    path = graph_of(table, tmp_path / "graph.onnx")
    pack_embeddings(path)
    assert np.array_equal(rows_of(path), table)


def test_a_row_whose_values_do_not_fill_blocks_stays(tmp_path: Path) -> None:
    odd = np.ones((ROWS, BLOCK + 1), dtype=np.float32)
    path = graph_of(odd, tmp_path / "graph.onnx")
    pack_embeddings(path, least=1)
    assert np.array_equal(rows_of(path), odd)
