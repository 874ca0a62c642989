"""Export of the shipped encoder without a framework: its graph is part of the package, too.

Loading torch takes seconds and hundreds of megabytes. What an export is, is known here: the graph, the
numbers of the model's own file in single precision, in the graph's order, and the model's tokenizer with
other limits.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import ModelDamagedError, Reason
from index.models.encoder import GRAPH_FILE, SETTINGS_FILE, TOKENIZER_FILE, WEIGHTS_FILE
from index.models.shipped_encoder import (
    check_sums,
    shipped_encoder_folder,
    shipped_graph_folder,
    write_sums,
)

LAYOUT_FILE = "layout.json"
"""Names of the model's tensors in the order of the weights, each with whether it is transposed, and the
limits of the tokenizer."""
MODEL_FILE = "model.safetensors"
_LIMITS = ("truncation", "padding")


def export_shipped_encoder(target: Path) -> None:
    """Export the shipped encoder to the folder `target`, for `Encoder.load`, as a framework would.

    Raises ModelDamagedError, and OSError if the target cannot be written.
    """
    model, graph = shipped_encoder_folder(), shipped_graph_folder()
    check_sums(graph)
    try:
        layout = json.loads((graph / LAYOUT_FILE).read_text(encoding="utf-8"))
        tensors = _tensors(model)
        weights = [tensors[name].T if transposed else tensors[name] for name, transposed in layout["weights"]]
        tokenizer = json.loads((model / TOKENIZER_FILE).read_text(encoding="utf-8"))
        tokenizer |= {limit: layout[limit] for limit in _LIMITS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{graph}: does not fit the encoder in {model}: {error!r}"
        raise ModelDamagedError(message, reason=Reason.SHIPPED_ENCODER_DAMAGED) from error
    with (target / WEIGHTS_FILE).open("wb") as file:
        for tensor in weights:
            file.write(tensor.astype(np.float32).tobytes())
    for name in (GRAPH_FILE, SETTINGS_FILE):
        shutil.copyfile(graph / name, target / name)
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (target / TOKENIZER_FILE).write_text(text, encoding="utf-8")


def keep_graph(exported: Path, model: Path, target: Path) -> None:
    """Write the graph of the encoder in `model`, which a framework has exported to `exported`, to `target`.

    Raises ModelDamagedError if a weight of the export is not one of the model's, and OSError.
    """
    import onnx

    graph = onnx.load(exported / GRAPH_FILE, load_external_data=False)
    places = [
        {entry.key: entry.value for entry in tensor.external_data} for tensor in graph.graph.initializer
    ]
    names = _names(model)
    content = (exported / WEIGHTS_FILE).read_bytes()
    weights, end = [], 0
    for start, length in sorted((int(p["offset"]), int(p["length"])) for p in places if p):
        name = names.get(content[start : start + length])
        if name is None or start != end:
            raise ModelDamagedError(
                f"{exported}: bytes {start} to {start + length} are no weight of {model} in its place",
                reason=Reason.MODEL_NOT_EXPORTABLE,
            )
        weights.append(name)
        end = start + length
    tokenizer = json.loads((exported / TOKENIZER_FILE).read_text(encoding="utf-8"))
    layout = {"weights": weights} | {limit: tokenizer[limit] for limit in _LIMITS}
    target.mkdir(parents=True, exist_ok=True)
    for name_ in (GRAPH_FILE, SETTINGS_FILE):
        shutil.copyfile(exported / name_, target / name_)
    (target / LAYOUT_FILE).write_text(json.dumps(layout) + "\n", encoding="utf-8")
    write_sums(target, [target / name for name in (GRAPH_FILE, SETTINGS_FILE, LAYOUT_FILE)])


def _tensors(model: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: dict[str, Any] = load_file(model / MODEL_FILE)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    return tensors


def _names(model: Path) -> dict[bytes, tuple[str, bool]]:
    """Return the name of each tensor, and whether it is transposed, by its bytes in single precision."""
    names: dict[bytes, tuple[str, bool]] = {}
    for name, tensor in _tensors(model).items():
        numbers = tensor.astype(np.float32)
        names.setdefault(numbers.tobytes(), (name, False))
        names.setdefault(numbers.T.tobytes(), (name, True))
    return names
