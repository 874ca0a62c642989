"""Export of a trained support model: to an int8 ONNX graph for `SupportModel`."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch

from index.checksums import file_sha256
from index.models.onnx_export import export_graph, quiet
from index.models.span_model import STATES, SpanModel
from index.models.support_model import (
    FORMAT,
    GRAPH_FILE,
    OUTPUT,
    SETTINGS_FILE,
    SupportModel,
    SupportSettings,
)
from index.training.support.learning import SupportNetwork


def export_support_model(network: SupportNetwork, reader: SpanModel, folder: Path) -> SupportModel:
    """Write a trained model to `folder`; return it as it is used, with a threshold of 0.

    Layers are in 8 bits, as those of the reader; the head is in single precision.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    folder.mkdir(parents=True, exist_ok=True)
    width = network.layers.config.hidden_size
    example = torch.randn(2, 7, width)

    def support(inputs: "Mapping[str, torch.Tensor]") -> torch.Tensor:
        logits: torch.Tensor = network(inputs[STATES])
        return logits

    with quiet(), tempfile.TemporaryDirectory(dir=folder) as scratch:
        exact = Path(scratch, "exact.onnx")
        export_graph(network, support, {STATES: example}, {OUTPUT: {0: "batch"}}, exact)
        quantize_dynamic(
            exact,
            folder / GRAPH_FILE,
            per_channel=True,
            reduce_range=True,  # 7 bits: see index/models/span_model_export.py
            weight_type=QuantType.QInt8,
            nodes_to_exclude=["/model/dense/Gemm", "/model/out/Gemm"],
        )
    write_settings(folder, reader, 0.0)
    return SupportModel.load(folder, reader)


def write_settings(folder: Path, reader: SpanModel, threshold: float) -> None:
    """Write the settings of the model in `folder`, which reads the states of `reader`."""
    settings = SupportSettings(FORMAT, threshold, reader.sha256, file_sha256(folder / GRAPH_FILE))
    text = json.dumps(asdict(settings), indent=2) + "\n"
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
