"""The training of a reader's upper layers, on the states that its graph makes of windows."""

import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from index.arrays import Floats
from index.models.span_model import INPUTS, cores
from index.records import Progress
from index.training.examples.batches import Batch
from index.training.progress import no_progress
from index.training.reader.exported_graph import ExportedGraph, states_session, upper_layers
from index.training.reader.extractive import MASKED_LOGIT, marking_loss
from index.training.reader.recipe import FurtherRecipe
from index.training.reader.training import CHECKPOINT_FILE, LOG_FILE, compute_type

if TYPE_CHECKING:
    from index.training.reader.extractive import Logits


class UpperLayers(torch.nn.Module):
    """The upper layers of a reader and its head: from states to the logits of the answer's ends.

    While they are trained, the layers multiply in bfloat16 where the processor does, from weights in single
    precision.
    """

    def __init__(self, graph: Path, below: int) -> None:
        super().__init__()
        self.layers = upper_layers(graph, below)
        self.layers.relative_attention_bias.requires_grad_(False)  # the lower layers have the same
        weight, bias = ExportedGraph(graph).head
        self.head = torch.nn.Linear(*weight.shape)
        self.head.load_state_dict({"weight": torch.tensor(weight.T), "bias": torch.tensor(bias)})
        self._halved = compute_type() is torch.bfloat16

    def forward(self, states: torch.Tensor, batch: Batch) -> "Logits":
        """Return the logits of the answer's first and last token, float32 [n, length]."""
        hidden = torch.where(torch.from_numpy(batch.mask > 0), 0.0, -1e9)[:, None, None, :]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training and self._halved):
            (top,) = self.layers(states, hidden)
        masked = torch.from_numpy(~batch.markable)
        start, end = self.head(top.float()).unbind(-1)
        return start.masked_fill(masked, MASKED_LOGIT), end.masked_fill(masked, MASKED_LOGIT)


class ShippedReader:
    """A reader as its graph holds it: what its lower layers make of windows, and what it gets wrong."""

    def __init__(self, graph: Path, below: int) -> None:
        self._session = states_session(graph, below)
        self._names = [node.name for node in self._session.get_inputs()]

    def read(self, batch: Batch) -> tuple[Floats, Floats]:
        """Read each row of a batch alone, as in use.

        Returns the states above the lowest layers, float32 [n, length, width], and the loss of each row, [n].
        """
        with ThreadPoolExecutor(cores()) as pool:
            rows = list(pool.map(self._read_row, *(getattr(batch, field.name) for field in fields(Batch))))
        states = np.zeros((*batch.ids.shape, rows[0][0].shape[1]), dtype=np.float32)
        for place, (values, _) in enumerate(rows):
            states[place, : len(values)] = values
        return states, np.array([loss for _, loss in rows], dtype=np.float32)

    def _read_row(
        self, ids: Any, types: Any, mask: Any, markable: Any, start: int, end: int
    ) -> tuple[Floats, float]:
        length = int(mask.sum())
        values = dict(zip(INPUTS, (ids, mask, types), strict=True))
        feed = {name: values[name][None, :length] for name in self._names}
        starts, ends, states = (values[0] for values in self._session.run(None, feed))
        may = markable[:length]
        return states, (_surprise(starts, may, start) + _surprise(ends, may, end)) / 2


def _surprise(logits: Floats, markable: NDArray[np.bool_], place: int) -> float:
    """Return the cross-entropy of a place that people marked."""
    chosen = np.where(markable, logits, MASKED_LOGIT).astype(np.float64)
    highest = chosen.max()
    return float(highest + np.log(np.exp(chosen - highest).sum()) - chosen[place])


def learn_upper_layers(
    batches: Sequence[Batch],
    reader: ShippedReader,
    network: UpperLayers,
    recipe: FurtherRecipe,
    work: Path,
    progress: Progress = no_progress,
) -> UpperLayers:
    """Learn what `reader` gets wrong of each of the batches, once, from the last checkpoint in `work` on.

    `network` holds the layers of `reader` to start from. Returns a running average of the weights.
    """
    network.train()
    ema: Any = get_ema_multi_avg_fn
    average = AveragedModel(network, multi_avg_fn=ema(recipe.average))
    learnt = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(
        learnt, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.decay, fused=True
    )

    def share_of_rate(step: int) -> float:
        left = (len(batches) - step) / (recipe.cool_down * len(batches))
        return min(1.0, (step + 1) / recipe.warm_up, left)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share_of_rate)
    parts: dict[str, Any] = {
        "network": network,
        "average": average,
        "optimizer": optimizer,
        "schedule": schedule,
    }
    first = _continue(work / CHECKPOINT_FILE, parts)
    losses: list[float] = []
    for step, batch in enumerate(batches[first:], start=first + 1):
        states, missed = reader.read(batch)
        rows = worth_learning(missed, recipe, step)
        loss = 0.0
        for part in alike_in_length(batch, rows, recipe.together):
            lesson = rows_of(batch, part)
            inputs = torch.from_numpy(states[part, : lesson.ids.shape[1]])
            shared = marking_loss(network(inputs, lesson), lesson) * (len(part) / len(rows))
            shared.backward()  # type: ignore[no-untyped-call]
            loss += float(shared.detach())
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        average.update_parameters(network)
        losses.append(loss)
        progress("train", step, len(batches))
        if step % recipe.save_every == 0 or step == len(batches):
            with (work / LOG_FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": step, "loss": float(np.mean(losses))}) + "\n")
            losses.clear()
            _save(work / CHECKPOINT_FILE, step, parts)
    module: Any = average.module
    averaged: UpperLayers = module.eval()
    return averaged


def interpolated(before: UpperLayers, learnt: UpperLayers, interpolation: float) -> UpperLayers:
    """Give `learnt` the weights between those of `before` (at 0) and its own (at 1); return it.

    So less is forgotten of what was known before (WiSE-FT, Wortsman et al. 2022).
    """
    earlier, later = before.state_dict(), learnt.state_dict()
    learnt.load_state_dict(
        {name: earlier[name] * (1 - interpolation) + later[name] * interpolation for name in later}
    )
    return learnt


def worth_learning(losses: Floats, recipe: FurtherRecipe, step: int) -> list[int]:
    """Return the rows that the reader gets wrong, and some of the others, so that it keeps these.

    As in selective backpropagation (Jiang et al. 2019). Never none.
    """
    source = random.Random(f"{recipe.seed} {step}")  # noqa: S311
    drawn = [source.random() < recipe.easy for _ in losses]
    rows = [row for row, loss in enumerate(losses) if loss > recipe.hard or drawn[row]]
    return rows or [int(np.argmax(losses))]


def alike_in_length(batch: Batch, rows: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Cut rows of a batch into parts of at most `tokens` tokens, padding counted, each alike in length."""
    lengths = batch.mask.sum(axis=1)
    part: list[int] = []
    for row in sorted(rows, key=lambda row: int(lengths[row])):
        if part and int(lengths[row]) * (len(part) + 1) > tokens:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def rows_of(batch: Batch, rows: Sequence[int]) -> Batch:
    """Return some rows of a batch, no longer than the longest of them."""
    longest = int(batch.mask[rows].sum(axis=1).max())
    ids, types, mask = (values[rows, :longest] for values in (batch.ids, batch.types, batch.mask))
    return Batch(ids, types, mask, batch.markable[rows, :longest], batch.starts[rows], batch.ends[rows])


def _continue(path: Path, parts: dict[str, Any]) -> int:
    """Load a checkpoint, if there is one; return the step that it was written after."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"])


def _save(path: Path, step: int, parts: dict[str, Any]) -> None:
    """Write what is needed to continue; an older checkpoint stays until the new one is complete."""
    draft = path.with_suffix(".draft")
    torch.save({"step": step} | {name: part.state_dict() for name, part in parts.items()}, draft)
    draft.replace(path)
