"""The training of a reader, which continues from its last checkpoint if it was stopped."""

import copy
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.records import Progress
from index.training.examples.batches import Batch
from index.training.progress import no_progress
from index.training.reader.extractive import load_model, marking_loss, span_logits
from index.training.reader.measuring import measure
from index.training.reader.recipe import Recipe

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]

CHECKPOINT_FILE = "checkpoint.pt"
LOG_FILE = "log.jsonl"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


class TrainingRun:
    """A model in training: it computes in `compute_type`, and its weights are updated in single precision."""

    def __init__(self, model: "PreTrainedModel", recipe: Recipe) -> None:
        import torch
        from torch.optim.swa_utils import AveragedModel

        self._recipe = recipe
        _choose_weights(model, recipe.frozen_layers)
        self._exact = model
        self._average = AveragedModel(model, multi_avg_fn=self._update_average)
        self._average.update_parameters(model)  # the first weights count, too
        computing: Any = copy.deepcopy(model)
        self.model: PreTrainedModel = computing.to(compute_type()).train()
        self._weights = [
            (exact, weight)
            for exact, weight in zip(model.parameters(), self.model.parameters(), strict=True)
            if exact.requires_grad
        ]
        body: Any = model.base_model
        learnt_body = [weight for weight in body.parameters() if weight.requires_grad]
        of_body = {id(weight) for weight in learnt_body}
        head = [exact for exact, _ in self._weights if id(exact) not in of_body]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": learnt_body, "lr": recipe.rate},
                {"params": head, "lr": recipe.rate * recipe.head_rate},
            ],
            betas=(0.9, 0.98),
            weight_decay=recipe.decay,
            fused=True,
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._share_of_rate)
        self.step = 0

    @property
    def rate(self) -> float:
        """The learning rate of the next step, below the head."""
        return float(self._schedule.get_last_lr()[0])

    def _share_of_rate(self, step: int) -> float:
        rising, falling = (
            (step + 1) / self._recipe.warm_up,
            (self._recipe.steps - step) / self._recipe.cool_down,
        )
        return max(0.0, min(rising, 1.0, falling))

    def learn(self, batch: Batch) -> float:
        """Make one step of AdamW on a batch; return its loss."""
        import torch

        loss = marking_loss(span_logits(self.model, batch), batch)
        loss.backward()  # type: ignore[no-untyped-call]
        for exact, weight in self._weights:
            exact.grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None
        torch.nn.utils.clip_grad_norm_([exact for exact, _ in self._weights], 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._copy_weights()
        self._average.update_parameters(self._exact)
        self.step += 1
        return float(loss.detach())

    def _update_average(self, averages: "Tensors", weights: "Tensors", count: "torch.Tensor | int") -> None:
        """Average exponentially; the first weights are soon forgotten."""
        from torch.optim.swa_utils import get_ema_multi_avg_fn

        decay = min(self._recipe.average, int(count) / (9 + int(count)))
        get_ema_multi_avg_fn(decay)(averages, weights, count)  # type: ignore[no-untyped-call]

    def _copy_weights(self) -> None:
        import torch

        with torch.no_grad():
            for exact, weight in self._weights:
                weight.copy_(exact)

    def save(self, path: Path) -> None:
        """Write what is needed to continue; an older checkpoint stays until the new one is complete."""
        import torch

        draft = path.with_suffix(".draft")
        state = {
            "step": self.step,
            "weights": self._exact.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        torch.save(state, draft)
        draft.replace(path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint."""
        import torch

        state = torch.load(path, weights_only=True)
        self.step = state["step"]
        self._exact.load_state_dict(state["weights"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._copy_weights()

    def averaged_model(self) -> "PreTrainedModel":
        """Return the model in single precision, with the running averages of its weights."""
        model: Any = self._average.module
        averaged: PreTrainedModel = model.eval()
        return averaged


def compute_type() -> "torch.dtype":
    """Return bfloat16 if the processor computes in it, else single precision, which is then faster."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    has_bfloat16 = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if has_bfloat16 else torch.float32


def _choose_weights(model: "PreTrainedModel", frozen_layers: int) -> None:
    """Mark the weights that are learnt: never the embeddings of words."""
    model.get_input_embeddings().requires_grad_(False)
    if frozen_layers:
        body: Any = model.base_model
        layers = body.encoder.layer
        if frozen_layers >= len(layers):
            raise ValueError(f"{frozen_layers} of {len(layers)} layers are frozen: none is learnt")
        body.requires_grad_(False)
        layers[frozen_layers:].requires_grad_(True)


def learn_batches(
    planned: Iterable[Batch],
    held_out: Sequence[Batch],
    encoder: Path,
    work: Path,
    recipe: Recipe,
    progress: Progress = no_progress,
) -> Path:
    """Train on `recipe.steps` planned batches, from the last checkpoint in `work` or from the start.

    `held_out` ones are only measured on. Returns the folder of the model, which is written in the form of
    Hugging Face's transformers, with the tokenizer of `encoder`.
    """
    training = TrainingRun(load_model(encoder, recipe.seed, recipe.layers), recipe)
    checkpoint = work / CHECKPOINT_FILE
    if checkpoint.exists():
        training.load(checkpoint)
    losses: list[float] = []
    for batch in islice(planned, training.step, recipe.steps):
        losses.append(training.learn(batch))
        progress("train", training.step, recipe.steps)
        last = training.step == recipe.steps
        if training.step % recipe.measure_every == 0 or last:
            measurements = asdict(measure(training.model, held_out))
            line = {"step": training.step, "loss": float(np.mean(losses)), **measurements}
            with (work / LOG_FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            losses.clear()
        if training.step % recipe.save_every == 0 or last:
            training.save(checkpoint)
    folder = work / "model"
    training.averaged_model().save_pretrained(folder)
    for name in TOKENIZER_FILES:
        if (encoder / name).exists():
            shutil.copyfile(encoder / name, folder / name)
    return folder
