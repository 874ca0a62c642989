"""Export of an extractive-QA model: from transformers to an int8 ONNX graph for `SpanModel`.

Dynamic int8 quantisation has one scale for all activations of a layer, and a few channels and tokens of a
transformer are ten times as large as the others, which then have few steps left. Two exact changes before
it smooth them: input channels are scaled, and the weights inversely (Xiao et al., "SmoothQuant", 2023); and
in layers that narrow, which have the largest outliers, each token is scaled to 1 and back.
"""

import dataclasses
import inspect
import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Floats
from index.checksums import file_sha256
from index.errors import ModelDamagedError, Role
from index.models.model_folders import check_reader_folder
from index.models.onnx_export import (
    check_tokenizer,
    copy_tokenizer,
    export_graph,
    not_exportable,
    quiet,
    write_tokenizer,
)
from index.models.packed_embeddings import pack_embeddings
from index.models.span_model import (
    FORMAT,
    GRAPH_FILE,
    INPUTS,
    OUTPUTS,
    SETTINGS_FILE,
    TOKENIZER_FILE,
    SpanModel,
    SpanSettings,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

_not_exportable = partial(not_exportable, Role.READER)

_MOST_TOKENS = 256
_LEAST_TOKENS = 64
_SMOOTHING = 0.65
"""Share of the activations in a channel's scale, that of the weights is the rest; the best of 0.5 to 0.8."""
_LEAST_SCALE = 1e-4
_LEAST_CORRELATION = 0.95
"""Least correlation of exported and original scores; MiniLM's is 0.99."""
_THREE_SENTENCES = " ".join(
    (
        "The bridge over the Aare was built between 1842 and 1844; it was then the longest in the country.",
        "Its architect, Karl Emanuel Müller, had planned 3 arches; the third was never finished.",
        "Critics said that the $2.5 million would have been better spent on the railway from Bern to Thun.",
    )
)
_CHECK_PAIRS = (
    ("Who predicts that the fight will be long and hard?", "General Townsend said the fight would be long."),
    ("When was the bridge built?", _THREE_SENTENCES),
    ("Who planned it, and how many arches did he plan?", _THREE_SENTENCES),
    ("what did critics say", _THREE_SENTENCES),
    (
        "How far away is the farthest galaxy?",
        "  Two  spaces,\na line break and a\ttab. Light takes 13.4 billion years.",
    ),
    ("Wo liegt der Flughafen?", "Der Flughafen liegt südöstlich von Zürich; naïve café façade."),
    ("Что такое Москва?", "Москва — столица России. Η Αθήνα είναι η πρωτεύουσα."),
    ("日本の首都は?", "東京は日本の首都です。北京是中国的首都。"),
    ("What is 👩‍👩‍👧?", "👩‍👩‍👧 🇨🇭 1,234.5 °C — “quoted” [brackets] https://example.org/a?b=c#d"),
    (
        "",
        "He wrote: “The film isn't bad at all, but its second half is far too slow for children.”",
    ),
)
"""Questions and texts that the channels are smoothed with, and on which model and export must agree."""


def export_span_model(
    model_folder: Path, target: Path, least_correlation: float = _LEAST_CORRELATION
) -> None:
    """Export the extractive-QA model in `model_folder` to the folder `target`, for `SpanModel.load`.

    Uses the model's files alone, and no code among them. Raises as `check_reader_folder` does, and
    ModelDamagedError if its files cannot be loaded, if it is of a kind that cannot be exported, or if the
    correlation of the exported scores with its own is below `least_correlation`.
    """
    check_reader_folder(model_folder)
    target.mkdir(parents=True, exist_ok=True)
    with quiet():
        model, tokenizer = _load(model_folder)
        names, settings = _settings(model, tokenizer)
        pairs = [pair for pair in _CHECK_PAIRS if len(tokenizer(*pair)["input_ids"]) <= settings.tokens]
        original = [_scores(model, tokenizer, names, *pair) for pair in pairs]
        _write_tokenizer(tokenizer, target / TOKENIZER_FILE)
        _smooth(model, [_features(tokenizer, names, *pair) for pair in pairs])
        _write_graph(model, tokenizer, names, target / GRAPH_FILE)
        sums = {name: file_sha256(target / name) for name in (GRAPH_FILE, TOKENIZER_FILE)}
        settings = dataclasses.replace(settings, sha256=sums)
        text = json.dumps(dataclasses.asdict(settings), indent=2) + "\n"
        (target / SETTINGS_FILE).write_text(text, encoding="utf-8")
        _check(target, pairs, original, least_correlation)


def _load(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    files = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **files)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            folder, use_safetensors=True, attn_implementation="eager", output_loading_info=True, **files
        )
    except Exception as error:  # each kind of model raises what it likes
        raise ModelDamagedError(f"{folder}: the model cannot be loaded: {error}", role=Role.READER) from error
    if missing := sorted(report["missing_keys"]):
        raise _not_exportable(f"it has no weights for {missing[0]}: not trained to answer questions")
    check_tokenizer(Role.READER, tokenizer)
    # A model stored in half precision is computed in single precision.
    return model.float().eval(), tokenizer


def _features(tokenizer: Any, names: list[str], question: str, text: str) -> dict[str, "Tensor"]:
    features = tokenizer(
        question, text, return_tensors="pt", truncation="only_second", max_length=_MOST_TOKENS
    )
    return {name: features[name] for name in names}


def _settings(model: Any, tokenizer: Any) -> tuple[list[str], SpanSettings]:
    """Return the inputs of the model and how they are laid out, without the checksums."""
    parts: dict[str, list[int]] = {"before": [], "between": [], "after": []}
    encoding = tokenizer("who what", "two words")
    places = iter(parts)
    part, last, types = next(places), None, [0, 0]
    kinds = encoding.get("token_type_ids") or [0] * len(encoding["input_ids"])
    for token, place, kind in zip(encoding["input_ids"], encoding.sequence_ids(), kinds, strict=True):
        if place is None:
            if last is not None:
                part, last = next(places, "after"), None
            parts[part].append(token)
        else:
            types[place], last = kind, place
    layout = SpanSettings(FORMAT, _window(model, tokenizer), **parts, types=types, sha256={})
    if parts["before"][:1] != [tokenizer.cls_token_id]:
        raise _not_exportable("its input does not begin with the token that stands for no answer")
    parameters = inspect.signature(model.forward).parameters
    names = [name for name in INPUTS if name in encoding and name in parameters]
    head = len(parts["before"]) + encoding.sequence_ids().count(0) + len(parts["between"])
    if "token_type_ids" in names and kinds != [types[0]] * head + [types[1]] * (len(kinds) - head):
        raise _not_exportable("its token types are not those of question and text")
    if layout.tokens < _LEAST_TOKENS:
        raise _not_exportable(f"its window is {layout.tokens} tokens")
    return names, layout


def _window(model: Any, tokenizer: Any) -> int:
    """Return the tokens that the model's positions, its tokenizer and our time allow."""
    tokens = min(_MOST_TOKENS, tokenizer.model_max_length)
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and (rows := getattr(module, "num_embeddings", None)):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1  # as RoBERTa counts
            tokens = min(tokens, rows - unused)
    return int(tokens)


def _write_tokenizer(framework: Any, path: Path) -> None:
    tokenizer = copy_tokenizer(framework)
    # Question and text are put together in `SpanModel`, where a long text is cut into chunks.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.post_processor = None
    write_tokenizer(tokenizer, path)


def _smooth(model: Any, inputs: list[dict[str, "Tensor"]]) -> None:
    """Scale the input channels of the linear layers by the activations that `inputs` cause.

    The layers of the head are left as they are: they stay in float.
    """
    import torch

    largest: dict[str, Tensor] = {}
    layers_by_input: dict[Tensor, list[str]] = {}  # tensors are compared by identity
    groups: dict[tuple[str, ...], None] = {}

    def record(name: str, _: "nn.Module", values: "tuple[Tensor, ...]") -> None:
        layers_by_input.setdefault(values[0], []).append(name)
        channels = values[0].flatten(0, -2).abs().amax(0)
        largest[name] = torch.maximum(largest[name], channels) if name in largest else channels

    layers = {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and module.out_features > 2
    }
    with ExitStack() as hooks, torch.inference_mode():
        for name, layer in layers.items():
            hooks.callback(layer.register_forward_pre_hook(partial(record, name)).remove)
        for features in inputs:
            model(**features)
            groups |= dict.fromkeys(tuple(dict.fromkeys(names)) for names in layers_by_input.values())
            layers_by_input.clear()
    for names in groups:
        weights = torch.cat([layers[name].weight.detach() for name in names]).abs().amax(0)
        activations = largest[names[0]].clamp(min=_LEAST_SCALE)
        scale = activations**_SMOOTHING / weights.clamp(min=_LEAST_SCALE) ** (1 - _SMOOTHING)
        inverse = torch.nn.Parameter(1 / scale)  # one for all, so that their common input is quantised once
        for name in names:
            parent, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent), child, _smoothed(layers[name], scale, inverse))


def _smoothed(layer: Any, scale: "Tensor", inverse: "nn.Parameter") -> "nn.Module":
    import torch

    class Smoothed(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(layer.weight.detach() * scale)
            self.bias = layer.bias
            self.inverse = inverse
            self.narrows = layer.in_features > layer.out_features

        def forward(self, values: "Tensor") -> "Tensor":
            values = values * self.inverse
            if not self.narrows:
                return torch.nn.functional.linear(values, self.weight, self.bias)
            rows = values.abs().amax(-1, keepdim=True).clamp(min=1e-9)
            inverse_rows = 1 / rows  # because dividing each value is slow
            result = torch.nn.functional.linear(values * inverse_rows, self.weight) * rows
            return result if self.bias is None else result + self.bias

    return Smoothed()


def _write_graph(model: Any, tokenizer: Any, names: list[str], path: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    questions, texts = ["who is it", "what"], ["two texts", "of different lengths, for the trace"]
    features = tokenizer(questions, texts, padding=True, return_tensors="pt")

    def scores(inputs: "Mapping[str, Tensor]") -> "tuple[Tensor, Tensor]":
        output = model(**inputs)
        return output.start_logits, output.end_logits

    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        traced = Path(scratch, "traced.onnx")
        inputs = {name: features[name] for name in names}
        export_graph(model, scores, inputs, {name: {0: "batch", 1: "tokens"} for name in OUTPUTS}, traced)
        graph = onnx.load(traced)
        quantize_dynamic(
            traced,
            path,
            per_channel=True,
            reduce_range=True,  # 7 bits: 8 overflow on processors without VNNI, and scores are then wrong
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[*_head(graph), *_gathers(graph)],
        )
        pack_embeddings(path)


def _head(graph: Any) -> list[str]:
    """Return the names of the layers whose outputs are the two scores: they cost nothing in float."""
    weights = {tensor.name: tensor.dims for tensor in graph.graph.initializer}
    products = [node for node in graph.graph.node if node.op_type in ("MatMul", "Gemm")]
    return [node.name for node in products if 2 in weights.get(node.input[1], ())]


def _gathers(graph: Any) -> list[str]:
    """Return the names of the nodes that look embeddings up."""
    return [node.name for node in graph.graph.node if node.op_type == "Gather"]


def _scores(model: Any, tokenizer: Any, names: list[str], question: str, text: str) -> Floats:
    """Return the model's own scores of the tokens of a text, as `SpanModel.read` has them: [2, t]."""
    import torch

    encoding = tokenizer(question, text)
    with torch.inference_mode():
        output = model(**_features(tokenizer, names, question, text))
    logits = torch.cat([output.start_logits, output.end_logits]).numpy()
    text_tokens = [row for row, part in enumerate(encoding.sequence_ids()) if part == 1]
    scores: Floats = logits[:, text_tokens] - logits[:, :1]
    return scores


def _check(
    target: Path, pairs: list[tuple[str, str]], original: list[Floats], least_correlation: float
) -> None:
    exported = SpanModel.load(target)
    ours, theirs = [], []
    for (question, text), expected in zip(pairs, original, strict=True):
        (scores,) = exported.read(question, [text])
        if scores.start.shape != expected.shape[1:]:
            raise _not_exportable(f"exported and original tokens differ ({text!r})")
        ours.append(np.stack([scores.start, scores.end]))
        theirs.append(expected)
    correlation = float(np.corrcoef(np.hstack(ours).ravel(), np.hstack(theirs).ravel())[0, 1])
    if not correlation >= least_correlation:  # NaN too
        raise _not_exportable(f"exported and original scores differ (correlation {correlation:.3f})")
