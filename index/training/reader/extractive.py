"""Extractive models in training: loading one, its logits on a batch, and its loss."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.training.examples.batches import Batch

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

    Logits = tuple[Tensor, Tensor]

MASKED_LOGIT = -1e4
"""Logit of what must not be marked."""


def load_model(folder: Path, seed: int, layers: int | None = None) -> "PreTrainedModel":
    """Load the model in `folder` without dropout, as data is seen once or twice; an encoder gets a new head.

    With `layers`, only that many of its lowest layers are loaded.
    """
    import torch
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    torch.manual_seed(seed)
    config = AutoConfig.from_pretrained(
        folder, local_files_only=True, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    if layers:
        config.num_hidden_layers = min(layers, config.num_hidden_layers)
    model: PreTrainedModel = AutoModelForQuestionAnswering.from_pretrained(
        folder,
        config=config,
        local_files_only=True,
        use_safetensors=True,
        attn_implementation="eager",  # faster than the fused kind in bfloat16 on a CPU
        dtype=torch.float32,
    )
    return model


def span_logits(model: "PreTrainedModel", batch: Batch) -> "Logits":
    """Return the logits of the answer's first and last token, float32 [n, length]."""
    import torch

    inputs: dict[str, Any] = {"input_ids": batch.ids, "attention_mask": batch.mask}
    if "token_type_ids" in inspect.signature(model.forward).parameters:
        inputs["token_type_ids"] = batch.types
    output = model(**{name: torch.from_numpy(value) for name, value in inputs.items()})
    masked = torch.from_numpy(~batch.markable)
    start, end = output.start_logits.float(), output.end_logits.float()
    return start.masked_fill(masked, MASKED_LOGIT), end.masked_fill(masked, MASKED_LOGIT)


def marking_loss(logits: "Logits", batch: Batch) -> "Tensor":
    """Return the cross-entropy of the first and the last token that people marked, the mean of both."""
    import torch

    losses = [
        torch.nn.functional.cross_entropy(scores, torch.from_numpy(marked))
        for scores, marked in zip(logits, (batch.starts, batch.ends), strict=True)
    ]
    return (losses[0] + losses[1]) / 2
