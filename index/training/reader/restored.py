"""A reader's weights restored from its export, to continue training the one that ships. Build side only."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from index.errors import ModelDamagedError
from index.models.span_model import GRAPH_FILE, SpanModel

# A layer's matrix product, as the export names it: "/model/bert/encoder/layer.0/output/dense/MatMul_quant".
_PRODUCT = re.compile(r"/model/(?P<layer>.+)/MatMul(?P<int8>_quant)?")
_PREFIX = "model."


def restore(exported: Path, encoder: Path, out: Path) -> None:
    """Write the reader in `exported` to `out` as transformers have it, with the tokenizer of its `encoder`.

    What `export_span_model` did is undone but for the rounding: channels are scaled back. Raises as
    `SpanModel.load` does, and ModelDamagedError if the graph does not hold each weight of such a model.
    """
    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

    SpanModel.load(exported)  # the files are those that were exported
    architecture: Any = AutoModelForQuestionAnswering
    model = architecture.from_config(AutoConfig.from_pretrained(encoder, local_files_only=True))
    try:
        model.load_state_dict(_weights(onnx.load(exported / GRAPH_FILE)))
    except (RuntimeError, KeyError) as error:  # it names each weight that is missing, or of another shape
        raise ModelDamagedError(
            f"{exported / GRAPH_FILE}: not a reader made from {encoder}: {error}"
        ) from None
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(encoder, local_files_only=True).save_pretrained(out)


def _weights(graph: Any) -> dict[str, torch.Tensor]:
    """Return the weights in single precision, by the names of the model's parameters."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    weights: dict[str, np.ndarray[Any, Any]] = {}
    for name, value in values.items():
        if name.startswith(_PREFIX) and name.endswith((".weight", ".bias")):
            weights[name.removeprefix(_PREFIX)] = value
        elif name.startswith(_PREFIX) and name.endswith(".weight_quantized"):  # embeddings
            stem = name.removesuffix("_quantized")
            exact = value.astype(np.float32) - values[f"{stem}_zero_point"]
            weights[stem.removeprefix(_PREFIX)] = exact * values[f"{stem}_scale"]
    scales = {name: value for name, value in values.items() if name.endswith(".inverse")}
    for node in graph.graph.node:
        product = _PRODUCT.fullmatch(node.name)
        if product is None or node.input[1] not in values:
            continue
        layer = product["layer"].replace("/", ".")
        weight = values[node.input[1]].astype(np.float32)
        if product["int8"]:
            stem = node.input[1].removesuffix("_quantized")
            weight = weight * values[f"{stem}_scale"] * _inverse(scales, layer)[:, None]
        weights[f"{layer}.weight"] = weight.T
    return {name: torch.from_numpy(value.copy()) for name, value in weights.items()}


def _inverse(scales: dict[str, Any], layer: str) -> Any:
    """Return what the input channels of a layer are scaled by; key and value share the query's."""
    own = f"{_PREFIX}{layer}.inverse"
    first = f"{_PREFIX}{layer.rpartition('.')[0]}.query.inverse"
    return scales[own] if own in scales else scales[first]
