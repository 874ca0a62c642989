"""Export of models to ONNX: the parts that the encoder and the reader have in common."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelDamagedError, Reason, Role

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

_OPSET = 17  # the first with LayerNormalization


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress the warnings, log lines and progress bars of the frameworks; their errors are exceptions."""
    from transformers.utils import logging as transformers_logging

    had_progress_bars = transformers_logging.is_progress_bar_enabled()
    level = logging.root.manager.disable
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        if had_progress_bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def export_graph(
    model: Any,
    compute: "Callable[[Mapping[str, Tensor]], Tensor | tuple[Tensor, ...]]",
    features: "Mapping[str, Tensor]",
    outputs: Mapping[str, dict[int, str]],
    path: Path,
) -> None:
    """Write the graph of `compute`, which calls `model`, to `path`.

    `features` are example inputs, [batch, tokens]; in order that neither dimension looks constant, there are
    several, of different lengths. `outputs` names the outputs and their variable dimensions, as in
    `{"vectors": {0: "batch"}}`.
    """
    import torch

    names = list(features)

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: "Tensor") -> "Tensor | tuple[Tensor, ...]":
            return compute(dict(zip(names, inputs, strict=True)))

    # The older of torch's two exporters: faster, and it needs no further package.
    torch.onnx.export(
        Graph().eval(),
        tuple(features.values()),
        path,
        input_names=names,
        output_names=list(outputs),
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | dict(outputs),
        opset_version=_OPSET,
        dynamo=False,
    )


def check_tokenizer(role: Role, tokenizer: Any) -> None:
    """Raise ModelDamagedError for a tokenizer that has no equivalent in the tokenizers library."""
    if not getattr(tokenizer, "is_fast", False):
        raise not_exportable(role, "it has no fast tokenizer (tokenizer.json)")


def copy_tokenizer(tokenizer: Any) -> "Tokenizer":
    """Return a copy of the tokenizer as transformers uses it.

    Its file will not do: lower-casing and the like are switched on while it is loaded.
    """
    from tokenizers import Tokenizer

    return Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())


def write_tokenizer(tokenizer: "Tokenizer", path: Path) -> None:
    """Write the tokenizer to `path`. Raises OSError, unlike its own `save`, which hides a full disk."""
    path.write_text(tokenizer.to_str(), encoding="utf-8")


def not_exportable(role: Role, problem: str) -> ModelDamagedError:
    """Return the error for a model of a kind that cannot be exported."""
    return ModelDamagedError(
        f"the model cannot be exported: {problem}", reason=Reason.MODEL_NOT_EXPORTABLE, role=role
    )
