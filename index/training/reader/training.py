"""The training of a reader, which continues from its last checkpoint if it was stopped."""

import copy
import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from index.models.model_folders import check_reader_folder, model_fingerprint
from index.models.span_model import SETTINGS_FILE
from index.records import Progress
from index.training.datasets.lessons import Lesson, read_qamr, read_squadshifts
from index.training.examples.batches import Batch, make_batches
from index.training.examples.curriculum import first_stage, nearest_texts, second_stage
from index.training.examples.names_and_numbers import MostSimilar, most_similar_by
from index.training.examples.substitutes import with_substitutes
from index.training.progress import no_progress
from index.training.reader.extractive import (
    Teacher,
    distillation_loss,
    load_model,
    marking_loss,
    span_logits,
    translate,
    vocabulary_map,
)
from index.training.reader.measuring import held_out_examples, measure
from index.training.reader.recipe import RECIPE_FILE, Recipe, keep_recipe
from index.training.reader.restored import restore

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CHECKPOINT_FILE = "checkpoint.pt"
LOG_FILE = "log.jsonl"
Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


class Training:
    """A model in training: it computes in `compute_type`, and its weights are updated in single precision."""

    def __init__(
        self, model: "PreTrainedModel", recipe: Recipe, steps: int, teacher: Teacher | None = None
    ) -> None:
        from transformers import get_linear_schedule_with_warmup

        if (teacher is None) != (recipe.teacher_weight == 0):
            raise ValueError("a teacher and a weight of its loss go together")
        if recipe.substituted and not teacher:
            raise ValueError("only a teacher marks examples in which words are replaced")
        self._recipe = recipe
        self._teacher = teacher
        _choose_weights(model, recipe)
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
        self._optimizer = torch.optim.AdamW(
            [exact for exact, _ in self._weights],
            lr=recipe.rate,
            betas=(0.9, 0.98),
            weight_decay=recipe.decay,
            foreach=True,
        )
        warm_up = round(recipe.warm_up * steps)
        make_schedule: Any = get_linear_schedule_with_warmup
        self._schedule = make_schedule(self._optimizer, warm_up, steps)
        self.step = 0

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self._schedule.get_last_lr()[0])

    def learn(self, batch: Batch) -> float:
        """Make one step of AdamW on a batch; return its loss."""
        logits = span_logits(self.model, batch)
        loss = marking_loss(logits, batch)
        if self._teacher:
            distillation = distillation_loss(logits, self._teacher.span_logits(batch))
            loss = torch.lerp(loss, distillation, self._recipe.teacher_weight)
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

    def _update_average(self, averages: Tensors, weights: Tensors, count: torch.Tensor | int) -> None:
        """Average exponentially; the first weights are soon forgotten."""
        decay = min(self._recipe.average, int(count) / (9 + int(count)))
        get_ema_multi_avg_fn(decay)(averages, weights, count)  # type: ignore[no-untyped-call]

    @torch.no_grad()
    def _copy_weights(self) -> None:
        for exact, weight in self._weights:
            weight.copy_(exact)

    def save(self, path: Path) -> None:
        """Write what is needed to continue; an older checkpoint stays until the new one is complete."""
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


def compute_type() -> torch.dtype:
    """Return bfloat16 if the processor computes in it, else single precision, which is then faster."""
    capabilities = torch.cpu.get_capabilities()
    has_bfloat16 = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if has_bfloat16 else torch.float32


def _choose_weights(model: "PreTrainedModel", recipe: Recipe) -> None:
    """Mark the weights that are learnt."""
    model.get_input_embeddings().requires_grad_(recipe.word_embeddings)
    if recipe.frozen_layers:
        body: Any = model.base_model
        layers = body.encoder.layer
        if recipe.frozen_layers >= len(layers):
            raise ValueError(f"{recipe.frozen_layers} of {len(layers)} layers are frozen: none is learnt")
        body.requires_grad_(False)
        layers[recipe.frozen_layers :].requires_grad_(True)


def train(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    encoder: Path,
    work: Path,
    recipe: Recipe,
    progress: Progress = no_progress,
    start: Path | None = None,
    teacher: Path | None = None,
) -> Path:
    """Train from the last checkpoint in `work`, or from the start; return the folder of the model.

    `lessons` are from SQuADShifts, the held-out ones among them are only measured on; `sentences` from QAMR,
    of which a second stage may have none. The second stage starts from the model in `start`, whose
    vocabulary has the encoder's tokens, the first one from the encoder. The model in `teacher` says what it
    would mark. The model is written in the form of Hugging Face's transformers, with its tokenizer.
    """
    most_similar = most_similar_by(encoder)
    planned, held_out = _plan(lessons, sentences, encoder, recipe, most_similar)
    return learn_batches(planned, held_out, encoder, work, recipe, progress, start, teacher)


def learn_batches(
    planned: Sequence[Batch],
    held_out: Sequence[Batch],
    encoder: Path,
    work: Path,
    recipe: Recipe,
    progress: Progress = no_progress,
    start: Path | None = None,
    teacher: Path | None = None,
) -> Path:
    """Train on `planned` batches and measure on `held_out` ones, in the encoder's vocabulary; see `train`."""
    base = start or encoder
    loaded_teacher = Teacher.load(teacher, base, work / "teacher") if teacher else None
    ids = vocabulary_map(encoder, base)
    planned, held_out = translate(planned, ids), translate(held_out, ids)
    training = Training(load_model(base, recipe.seed), recipe, len(planned), loaded_teacher)
    checkpoint = work / CHECKPOINT_FILE
    if checkpoint.exists():
        training.load(checkpoint)
    losses: list[float] = []
    while training.step < len(planned):
        losses.append(training.learn(planned[training.step]))
        progress("train", training.step, len(planned))
        if training.step % recipe.measure_every == 0 or training.step == len(planned):
            measurements = asdict(measure(training.model, held_out))
            line = {"step": training.step, "loss": float(np.mean(losses)), **measurements}
            with (work / LOG_FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            losses.clear()
        if training.step % recipe.save_every == 0 or training.step == len(planned):
            training.save(checkpoint)
    folder = work / "model"
    training.averaged_model().save_pretrained(folder)
    for name in TOKENIZER_FILES:
        if (base / name).exists():
            shutil.copyfile(base / name, folder / name)
    return folder


def _plan(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    encoder: Path,
    recipe: Recipe,
    most_similar: MostSimilar,
) -> tuple[list[Batch], list[Batch]]:
    """Return all batches to learn from, and the held-out ones, in the encoder's vocabulary."""
    learnt = [lesson for lesson in lessons if not lesson.text.held_out]
    near = nearest_texts(learnt)
    if recipe.stage == 1:
        rounds = first_stage(learnt, sentences, near, recipe.rounds, recipe.seed, most_similar)
    else:
        rounds = second_stage(
            learnt, sentences, near, recipe.rounds, recipe.seed, recipe.other_domains, most_similar
        )
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    order = random.Random(recipe.seed)  # noqa: S311
    planned = [
        batch for examples in rounds for batch in make_batches(examples, tokenizer, recipe.tokens, order)
    ]
    if recipe.substituted:
        share, max_words = recipe.substituted, recipe.max_substituted_words
        planned = with_substitutes(planned, encoder, share, max_words, recipe.seed)
    held_out = [lesson for lesson in lessons if lesson.text.held_out]
    measured = held_out_examples(held_out, recipe.measured_questions, recipe.seed, most_similar)
    return planned, make_batches(measured, tokenizer, recipe.tokens, order)


def train_reader(
    recipe: Recipe,
    squadshifts: Path,
    work: Path,
    encoder: Path,
    *,
    qamr: Path | None = None,
    start: Path | None = None,
    teacher: Path | None = None,
    progress: Progress = no_progress,
) -> Path:
    """Read the data and `train`; return the folder of the model.

    `start` is the folder of a trained or exported reader, or of a larger encoder. Raises ValueError if `work`
    holds checkpoints of another recipe, or the recipe needs data or a model that is not given.
    """
    if recipe.sentences and qamr is None:
        raise ValueError("this recipe needs the files of QAMR")
    if (recipe.stage == 1) != (start is None):
        raise ValueError("a second stage starts from a model, and a first one does not")
    recipe, start = prepare(recipe, work, encoder, start, teacher)
    sentences = read_qamr(qamr) if recipe.sentences and qamr else []
    lessons = read_squadshifts(squadshifts)
    return train(lessons, sentences, encoder, work, recipe, progress, start, teacher)


def prepare(
    recipe: Recipe, work: Path, encoder: Path, start: Path | None, teacher: Path | None = None
) -> tuple[Recipe, Path | None]:
    """Make the work folder; return the recipe with the fingerprints of its models, and what it starts from.

    An exported reader to start from is restored. Raises ValueError as `train_reader` does.
    """
    work.mkdir(parents=True, exist_ok=True)
    if start and (start / SETTINGS_FILE).exists():
        restore(start, encoder, work / "start")
        start = work / "start"
    if start:
        vocabulary_map(encoder, start)
        recipe = replace(recipe, start=model_fingerprint(start))
    if teacher:
        check_reader_folder(teacher)
        recipe = replace(recipe, teacher=model_fingerprint(teacher))
    keep_recipe(work / RECIPE_FILE, recipe)
    return recipe, start
