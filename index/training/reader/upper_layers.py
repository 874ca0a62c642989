"""The training of a reader's upper layers, on the states that its graph makes of windows."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from index.models.span_model import INPUTS, STATES, cores, load_graph
from index.records import Progress
from index.training.examples.batches import Batch
from index.training.progress import no_progress
from index.training.reader.exported_graph import ExportedGraph, upper_layers
from index.training.reader.extractive import MASKED_LOGIT, marking_loss
from index.training.reader.recipe import FurtherRecipe
from index.training.reader.training import CHECKPOINT_FILE, LOG_FILE

if TYPE_CHECKING:
    from index.training.reader.extractive import Logits


class UpperLayers(torch.nn.Module):
    """The upper layers of a reader and its head: from states to the logits of the answer's ends."""

    def __init__(self, graph: Path, below: int) -> None:
        super().__init__()
        self.layers = upper_layers(graph, below)
        self.layers.relative_attention_bias.requires_grad_(False)  # the lower layers have the same
        weight, bias = ExportedGraph(graph).head
        self.head = torch.nn.Linear(*weight.shape)
        self.head.load_state_dict({"weight": torch.tensor(weight.T), "bias": torch.tensor(bias)})

    def forward(self, states: torch.Tensor, batch: Batch) -> "Logits":
        """Return the logits of the answer's first and last token, float32 [n, length]."""
        hidden = torch.where(torch.from_numpy(batch.mask > 0), 0.0, -1e9)[:, None, None, :]
        (top,) = self.layers(states, hidden)
        masked = torch.from_numpy(~batch.markable)
        start, end = self.head(top).unbind(-1)
        return start.masked_fill(masked, MASKED_LOGIT), end.masked_fill(masked, MASKED_LOGIT)


class LowerLayers:
    """The lower layers of a reader, as its graph holds them: from token ids to states."""

    def __init__(self, graph: Path) -> None:
        self._session = load_graph(graph)
        self._names = [node.name for node in self._session.get_inputs()]
        self._pool = ThreadPoolExecutor(cores())

    def states(self, batch: Batch) -> torch.Tensor:
        """Return the states of a batch, each row read alone as in use: float32 [n, length, width]."""
        rows = list(
            self._pool.map(self._states_of_row, *(getattr(batch, name) for name in ("ids", "types", "mask")))
        )
        states = np.zeros((*batch.ids.shape, rows[0].shape[1]), dtype=np.float32)
        for place, values in enumerate(rows):
            states[place, : len(values)] = values
        return torch.from_numpy(states)

    def _states_of_row(self, ids: Any, types: Any, mask: Any) -> Any:
        length = int(mask.sum())
        values = dict(zip(INPUTS, (ids, mask, types), strict=True))
        feed = {name: values[name][None, :length] for name in self._names}
        return self._session.run([STATES], feed)[0][0]


def learn_upper_layers(
    batches: Sequence[Batch], graph: Path, recipe: FurtherRecipe, work: Path, progress: Progress = no_progress
) -> UpperLayers:
    """Learn each of the batches once, from the last checkpoint in `work` or from what the graph holds.

    Returns a running average of the weights.
    """
    lower, network = LowerLayers(graph), UpperLayers(graph, recipe.below).train()
    ema: Any = get_ema_multi_avg_fn
    average = AveragedModel(network, multi_avg_fn=ema(recipe.average))
    learnt = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.decay)

    def share_of_rate(step: int) -> float:
        return min(1.0, (step + 1) / recipe.warm_up, 2 * (len(batches) - step) / len(batches))

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
        loss = marking_loss(network(lower.states(batch), batch), batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(network)
        losses.append(float(loss.detach()))
        progress("train", step, len(batches))
        if step % recipe.save_every == 0 or step == len(batches):
            with (work / LOG_FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": step, "loss": float(np.mean(losses))}) + "\n")
            losses.clear()
            _save(work / CHECKPOINT_FILE, step, parts)
    module: Any = average.module
    averaged: UpperLayers = module.eval()
    return averaged


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
