"""Embeddings of an ONNX graph in 4 bits. Build side only.

A table of word embeddings is a third of a small model's bytes, and rounding it costs nothing in quality.
"""

from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Floats

BLOCK = 32
"""Values of a row that share a scale and a zero."""
LEAST_VALUES = 1_000_000
"""A smaller table is not worth it."""


def pack_embeddings(path: Path, least: int = LEAST_VALUES) -> None:
    """Store each table that the graph at `path` looks rows up in, of at least `least` values, in 4 bits."""
    import onnx

    graph: Any = onnx.load(path)
    tensors = {tensor.name: tensor for tensor in graph.graph.initializer}
    for node in graph.graph.node:
        table = tensors.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or len(table.dims) != 2:
            continue
        rows, width = table.dims
        if width % BLOCK or rows * width < least:
            continue
        values = onnx.numpy_helper.to_array(table).reshape(rows, -1, BLOCK)
        lowest, highest = np.minimum(values.min(2), 0), np.maximum(values.max(2), 0)
        scales = (np.maximum(highest - lowest, 1e-9) / 15).astype(np.float32)
        zeros = np.clip(np.rint(-lowest / scales), 0, 15)
        codes = np.clip(np.rint(values / scales[..., None]) + zeros[..., None], 0, 15)
        names = [f"{table.name}_{part}" for part in ("packed", "scales", "zeros")]
        packed = [
            _packed(names[0], codes.reshape(rows, width)),
            onnx.numpy_helper.from_array(scales, names[1]),
            _packed(names[2], zeros),
        ]
        graph.graph.initializer.remove(table)
        graph.graph.initializer.extend(packed)
        layout: dict[str, Any] = {"gather_axis": 0, "quantize_axis": 1, "block_size": BLOCK}
        inputs = [names[0], node.input[1], *names[1:]]
        node.CopyFrom(
            onnx.helper.make_node(
                "GatherBlockQuantized", inputs, node.output, node.name, domain="com.microsoft", **layout
            )
        )
    if "com.microsoft" not in {opset.domain for opset in graph.opset_import}:
        graph.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    onnx.save(graph, path)


def _packed(name: str, codes: Floats) -> Any:
    """Return numbers from 0 to 15 as a tensor of half bytes, the first of two in the lower half."""
    import onnx

    halves = codes.astype(np.uint8).ravel()
    halves = np.append(halves, np.zeros(len(halves) % 2, dtype=np.uint8))
    raw = (halves[::2] | halves[1::2] << 4).tobytes()
    return onnx.helper.make_tensor(name, onnx.TensorProto.UINT4, codes.shape, raw, raw=True)
