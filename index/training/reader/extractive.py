"""Extractive models in training: loading one, its logits on a batch, its losses, and a larger one as teacher.

A larger model may teach a smaller one (Hinton et al. 2015) if its vocabulary has the same tokens, so that
both mark the same text token for token; their ids may differ.
"""

import inspect
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import torch
from tokenizers import Tokenizer

from index.arrays import Floats, Rows
from index.models.span_model import GRAPH_FILE, OUTPUTS, SETTINGS_FILE, cores, load_graph
from index.models.span_model_export import export_span_model
from index.training.examples.batches import UNMARKED, Batch

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MASKED_LOGIT = -1e4
"""Logit of what must not be marked."""
TEMPERATURE = 2.0
"""Of the distillation: logits are divided by it before the student's are compared with the teacher's."""

Logits = tuple[torch.Tensor, torch.Tensor]


def load_model(folder: Path, seed: int) -> "PreTrainedModel":
    """Load the model in `folder` without dropout, as data is seen only twice; an encoder gets a new head."""
    from transformers import AutoModelForQuestionAnswering

    torch.manual_seed(seed)
    model: PreTrainedModel = AutoModelForQuestionAnswering.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        attn_implementation="eager",  # faster than the fused kind in bfloat16 on a CPU
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        dtype=torch.float32,
    )
    return model


def span_logits(model: "PreTrainedModel", batch: Batch) -> Logits:
    """Return the logits of the answer's first and last token, float32 [n, length]."""
    inputs: dict[str, Any] = {"input_ids": batch.ids, "attention_mask": batch.mask}
    if "token_type_ids" in inspect.signature(model.forward).parameters:
        inputs["token_type_ids"] = batch.types
    output = model(**{name: torch.from_numpy(value) for name, value in inputs.items()})
    masked = torch.from_numpy(~batch.markable)
    start, end = output.start_logits.float(), output.end_logits.float()
    return start.masked_fill(masked, MASKED_LOGIT), end.masked_fill(masked, MASKED_LOGIT)


def vocabulary_map(source: Path, target: Path) -> Rows:
    """Return for each id of the vocabulary in the folder `source` that of the same token in `target`.

    The first, the last and the padding token, which is 0 in `source`, may have other names. Raises ValueError
    if the target vocabulary lacks a token, or does not put one before and one after a text.
    """
    tokenizers = [Tokenizer.from_file(str(folder / "tokenizer.json")) for folder in (source, target)]
    vocabulary, target_vocabulary = (tokenizer.get_vocab() for tokenizer in tokenizers)
    ids = {number: target_vocabulary.get(token, -1) for token, number in vocabulary.items()}
    padding = tokenizers[1].padding or {}
    ids[0] = padding.get("pad_id", ids[0])
    for tokenizer in tokenizers:
        tokenizer.no_padding()
    ends, target_ends = (tokenizer.encode("").ids for tokenizer in tokenizers)
    if len(ends) != len(target_ends):
        raise ValueError(f"{target}: it puts {len(target_ends)} tokens around a text, not {len(ends)}")
    ids |= dict(zip(ends, target_ends, strict=True))
    missing = sorted(token for token, number in vocabulary.items() if ids[number] < 0)
    if missing:
        raise ValueError(f"{target}: its vocabulary lacks {len(missing)} tokens, {missing[0]!r} among them")
    return np.array([ids[number] for number in range(len(ids))])


def translate(batches: Sequence[Batch], ids: Rows) -> list[Batch]:
    """Return the batches in another vocabulary; `ids` is from `vocabulary_map`."""
    return [replace(batch, ids=ids[batch.ids]) for batch in batches]


class Teacher:
    """A trained model that says what it would mark, from its int8 export.

    That reads more than twice as fast as the model itself in bfloat16; all-mpnet-base-v2's scores of a best
    span correlate with the model's own by 0.99.
    """

    def __init__(self, session: onnxruntime.InferenceSession, ids: Rows) -> None:
        self._session = session
        self._ids = ids
        self._inputs = [node.name for node in session.get_inputs()]

    @classmethod
    def load(cls, folder: Path, encoder: Path, exported: Path) -> Self:
        """Load the model in `folder` to teach one that has the vocabulary of `encoder`.

        It is exported to `exported` unless it was before. Raises as `export_span_model` and `vocabulary_map`
        do.
        """
        ids = vocabulary_map(encoder, folder)
        if not (exported / SETTINGS_FILE).exists():  # which is written last
            export_span_model(folder, exported)
        return cls(load_graph(exported / GRAPH_FILE), ids)

    def span_logits(self, batch: Batch) -> Logits:
        """Return its logits, as `span_logits` does, for a batch in the vocabulary of the student.

        Each text is read alone, as `SpanModel` does.
        """
        logits = np.full((2, *batch.ids.shape), MASKED_LOGIT, dtype=np.float32)
        with ThreadPoolExecutor(cores()) as pool:
            for row, unpadded in enumerate(pool.map(partial(self._read, batch), range(len(batch.ids)))):
                length = unpadded.shape[1]
                markable = batch.markable[row, :length]
                logits[:, row, :length] = np.where(markable, unpadded, MASKED_LOGIT)
        start, end = torch.from_numpy(logits)
        return start, end

    def _read(self, batch: Batch, row: int) -> Floats:
        """Return the logits of one row without its padding, float32 [2, t]."""
        length = int(batch.mask[row].sum())
        ids = self._ids[batch.ids[row]]
        values = {"input_ids": ids, "attention_mask": batch.mask[row], "token_type_ids": batch.types[row]}
        feed = {name: values[name][None, :length] for name in self._inputs}
        logits: Floats = np.concatenate(self._session.run(list(OUTPUTS), feed))
        return logits


def marking_loss(logits: Logits, batch: Batch) -> torch.Tensor:
    """Return the cross-entropy of the first and the last token that people marked, the mean of both.

    It is the mean over the batch, to which an unmarked example adds nothing.
    """
    losses = [
        torch.nn.functional.cross_entropy(
            scores, torch.from_numpy(marked), ignore_index=UNMARKED, reduction="sum"
        )
        for scores, marked in zip(logits, (batch.starts, batch.ends), strict=True)
    ]
    return (losses[0] + losses[1]) / (2 * len(batch.ids))


def distillation_loss(student: Logits, teacher: Logits) -> torch.Tensor:
    """Return how far the student's distributions are from the teacher's, both softened by `TEMPERATURE`."""
    losses = [
        torch.nn.functional.kl_div(
            (ours / TEMPERATURE).log_softmax(1), (theirs / TEMPERATURE).softmax(1), reduction="batchmean"
        )
        for ours, theirs in zip(student, teacher, strict=True)
    ]
    return TEMPERATURE**2 * (losses[0] + losses[1]) / 2
