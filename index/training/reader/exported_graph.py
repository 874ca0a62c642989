"""The graph of an exported reader: its weights, and what leaves its lower layers as an output."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Floats
from index.checksums import file_sha256
from index.models.span_model import GRAPH_FILE, OUTPUTS, SETTINGS_FILE, STATES

if TYPE_CHECKING:
    import onnxruntime  # type: ignore[import-untyped]
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

_ENCODER = "/model/mpnet/encoder"
_HEAD = "/model/qa_outputs"
_NORMALISATIONS = ("attention/LayerNorm", "output/LayerNorm")
_ATTENTION = ("attention/attn/q", "attention/attn/k", "attention/attn/v")
_LINEAR = (*_ATTENTION, "attention/attn/o", "intermediate/dense", "output/dense")


def expose_states(folder: Path, below: int) -> None:
    """Make what leaves the lowest `below` layers of the reader in `folder` an output of its graph.

    It takes the place of such an output above other layers. The settings get the new checksum; done again, it
    changes nothing. Raises ValueError for a graph that has no such layers.
    """
    import onnx

    path = folder / GRAPH_FILE
    graph = ExportedGraph(path)
    inner = graph.node(f"layer.{below - 1}/output/LayerNorm/LayerNormalization")
    exposed = next((node for node in graph.model.graph.node if STATES in node.output), None)
    if exposed is None:
        shape = ["batch", "tokens", graph.initializer(inner).shape[0]]
        states = onnx.helper.make_tensor_value_info(STATES, onnx.TensorProto.FLOAT, shape)
        graph.model.graph.output.append(states)
    elif exposed.input[0] == inner.output[0]:
        return
    else:
        graph.model.graph.node.remove(exposed)
    graph.model.graph.node.append(onnx.helper.make_node("Identity", list(inner.output), [STATES]))
    _save(graph, folder)


def replace_upper_layers(folder: Path, source: Path, below: int) -> None:
    """Give the reader in `folder` the layers above the lowest `below`, and the head, of another graph.

    What is below stays as it is, to the bit. Raises ValueError if the graphs are not of one kind.
    """
    graph = ExportedGraph(folder / GRAPH_FILE)
    graph.take_upper_layers(ExportedGraph(source), below)
    _save(graph, folder)


def states_session(path: Path, below: int) -> "onnxruntime.InferenceSession":
    """Load the reader's graph at `path`, to run on one thread.

    Its outputs are the logits of the answer's start and of its end, [n, length], and what leaves the lowest
    `below` layers, [n, length, width]. Raises ValueError for a graph that has no such layers.
    """
    import onnx
    import onnxruntime

    graph = ExportedGraph(path)
    model, inner = graph.model, graph.node(f"layer.{below - 1}/output/LayerNorm/LayerNormalization")
    outputs = {output.name: output for output in model.graph.output}
    del model.graph.output[:]
    model.graph.output.extend(outputs[name] for name in OUTPUTS)
    shape = ["batch", "tokens", graph.initializer(inner).shape[0]]
    states = onnx.helper.make_tensor_value_info(inner.output[0], onnx.TensorProto.FLOAT, shape)
    model.graph.output.append(states)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _save(graph: "ExportedGraph", folder: Path) -> None:
    """Write the graph of the reader in `folder`, and its checksum to the settings."""
    import onnx

    onnx.save(graph.model, folder / GRAPH_FILE)
    settings = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    settings["sha256"][GRAPH_FILE] = file_sha256(folder / GRAPH_FILE)
    (folder / SETTINGS_FILE).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _is_upper(name: str, below: int) -> bool:
    """Tell whether a node belongs to the head, or to a layer above the lowest `below`."""
    if name.startswith(f"{_HEAD}/"):
        return True
    layer = re.match(rf"{_ENCODER}/layer\.(\d+)/", name)
    return layer is not None and int(layer[1]) >= below


def upper_layers(path: Path, below: int) -> "MPNetEncoder":
    """Return the layers of the reader's graph at `path` above the lowest `below`, in single precision.

    They are what the graph holds: its weights of 8 bits times their scales. Raises ValueError if there are
    none.
    """
    import torch
    from transformers import MPNetConfig
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

    graph = ExportedGraph(path)
    layers: list[dict[str, Floats]] = []
    while graph.has(f"layer.{below + len(layers)}/output/dense/Add"):
        layers.append(graph.layer_weights(below + len(layers)))
    if not layers:
        raise ValueError(f"{path}: no layers above the lowest {below}")
    bias = graph.initializer(graph.node("relative_attention_bias/Gather"))
    last = graph.node(f"layer.{below}/output/LayerNorm/LayerNormalization")
    config = MPNetConfig(
        hidden_size=layers[0]["output.dense.weight"].shape[0],
        intermediate_size=layers[0]["output.dense.weight"].shape[1],
        num_hidden_layers=len(layers),
        num_attention_heads=bias.shape[1],
        relative_attention_num_buckets=bias.shape[0],
        layer_norm_eps=next(value.f for value in last.attribute if value.name == "epsilon"),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    weights = {"relative_attention_bias.weight": bias} | {
        f"layer.{row}.{name}": values for row, layer in enumerate(layers) for name, values in layer.items()
    }
    encoder = MPNetEncoder(config)  # type: ignore[no-untyped-call]
    encoder.load_state_dict({name: torch.from_numpy(values.copy()) for name, values in weights.items()})
    return encoder


class ExportedGraph:
    """A graph whose weights are found by the nodes that use them: equal ones are stored once."""

    def __init__(self, path: Path) -> None:
        import onnx

        self._path = path
        self.model: Any = onnx.load(path)
        self._nodes = {node.name: node for node in self.model.graph.node}
        self._tensors = {tensor.name: tensor for tensor in self.model.graph.initializer}
        for node in self.model.graph.node:  # weights that equal others, as biases of 0 do
            if node.op_type == "Identity" and node.input[0] in self._tensors:
                self._tensors[node.output[0]] = self._tensors[node.input[0]]

    def has(self, name: str) -> bool:
        """Tell whether there is a node of a part of the encoder."""
        return f"{_ENCODER}/{name}" in self._nodes

    def node(self, name: str) -> Any:
        """Return the node of a part of the encoder. Raises ValueError if there is none."""
        if not self.has(name):
            raise ValueError(f"{self._path}: not a reader of MPNet's kind with {name}")
        return self._nodes[f"{_ENCODER}/{name}"]

    @property
    def head(self) -> tuple[Floats, Floats]:
        """Weight [width, 2] and bias [2] of what makes the two scores of each token."""
        return self.initializer(self._nodes[f"{_HEAD}/MatMul"]), self.initializer(self._nodes[f"{_HEAD}/Add"])

    def take_upper_layers(self, other: "ExportedGraph", below: int) -> None:
        """Take another graph's weights above the lowest `below` layers. Raises ValueError if it differs."""
        import onnx

        taken_tensors: dict[str, Any] = {}
        for name in [name for name in self._nodes if _is_upper(name, below)]:
            own, taken = self._nodes[name], other._nodes.get(name)
            if taken is None or len(own.input) != len(taken.input):
                raise ValueError(f"{other._path}: another graph: {name} differs")
            for place, source in enumerate(taken.input):
                if (source in other._tensors) != (own.input[place] in self._tensors):
                    raise ValueError(f"{other._path}: another graph: {name} differs")
                if source in other._tensors:
                    tensor = onnx.TensorProto()
                    tensor.CopyFrom(other._tensors[source])
                    tensor.name = f"{name}.{place}"  # biases that equal others are stored once: not any more
                    taken_tensors[tensor.name] = tensor
                    own.input[place] = tensor.name
        used = {name for node in self.model.graph.node for name in node.input} - set(taken_tensors)
        kept = [tensor for tensor in self.model.graph.initializer if tensor.name in used]
        del self.model.graph.initializer[:]
        self.model.graph.initializer.extend([*kept, *taken_tensors.values()])

    def initializer(self, node: Any, number: int = 0) -> Floats:
        """Return one of the weights that a node uses, in the order of its inputs."""
        names = [name for name in node.input if name in self._tensors]
        return self.named(names[number])

    def holds(self, name: str) -> bool:
        """Tell whether there are weights of a name."""
        return name in self._tensors

    def named(self, name: str) -> Floats:
        """Return the weights of a name. Raises ValueError if there are none."""
        import onnx

        if name not in self._tensors:
            raise ValueError(f"{self._path}: not a reader of MPNet's kind with {name}")
        values: Floats = onnx.numpy_helper.to_array(self._tensors[name])
        return values

    def layer_weights(self, layer: int) -> dict[str, Floats]:
        """Return weights and biases of a layer by the names that transformers gives them."""
        prefix, weights = f"layer.{layer}", {}
        for part in _NORMALISATIONS:
            node = self.node(f"{prefix}/{part}/LayerNormalization")
            weights[f"{part}.weight"], weights[f"{part}.bias"] = map(self.initializer, (node, node), (0, 1))
        for part in _LINEAR:
            product = self.node(f"{prefix}/{part}/MatMul_quant")
            table, zero = self.initializer(product), self.initializer(product, 1)
            if zero.any():
                raise ValueError(f"{self._path}: the weights of {product.name} are not symmetric")
            scale = self.initializer(self.node(f"{prefix}/{part}/MatMul_quant_scales_mul"))
            # The input of all three parts of the attention is scaled once.
            scaled = _ATTENTION[0] if part in _ATTENTION else part
            inverse = self.initializer(self.node(f"{prefix}/{scaled}/Mul"))
            weights[f"{part}.weight"] = (inverse[:, None] * (table.astype(np.float32) * scale)).T
            weights[f"{part}.bias"] = self.initializer(self.node(f"{prefix}/{part}/Add"))
        return {name.replace("/", "."): values for name, values in weights.items()}
