"""Trains the reader that ships with the project. Build side only.

    python -m index.training.reader --squadshifts DIR --qamr DIR --work DIR --out DIR

SQuADShifts (Miller et al. 2020) and QAMR (Michael et al. 2018) are public; `index/training/__main__.py` says
where they come from. The work folder holds checkpoints: the same command goes on where it was stopped. On two
CPU cores it takes about an hour. Weights start from the encoder's and are computed in bfloat16; their masters
are in single precision.

With `--start-from DIR`, the model that a training wrote, or an exported reader such as the one that ships, it
makes the second stage. With `--teacher DIR` it also learns what that larger model would mark. The larger one
comes from the second stage, too, started from an encoder whose vocabulary has the same tokens: see
`TEACHER_OPTIONS` in `index/training/__main__.py`. With a teacher there can be more questions to learn from:
`--cloze` has a rule make them, `--selqa` takes those of SelQA (Jurczyk et al. 2016).
"""

import argparse
import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from rich.console import Console
from tokenizers import Tokenizer

from index.checksums import file_sha256
from index.config import DEFAULT_ENCODER
from index.models.model_folders import check_reader_folder, model_fingerprint, resolve_encoder
from index.models.span_model import SETTINGS_FILE, SpanModel
from index.training.datasets.lessons import Lesson, Text, read_qamr, read_squadshifts
from index.training.datasets.selqa import PARTS, SectionQuestion, read_selqa, section_lessons
from index.training.examples.batches import Batch, batches
from index.training.examples.cloze import cloze_lessons
from index.training.examples.curriculum import curriculum, nearest_texts, second_stage
from index.training.examples.names_and_numbers import likest_by
from index.training.examples.substitutes import with_substitutes
from index.training.progress import bar
from index.training.reader.extractive import (
    Teacher,
    ids_between,
    loaded,
    marking_loss,
    scores,
    teaching_loss,
    translated,
)
from index.training.reader.measuring import measure, measured_examples
from index.training.reader.recipe import RECIPE, SECOND, TAUGHT, Recipe, keep_recipe
from index.training.reader.restored import restore

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"


def _choose_weights(model: "PreTrainedModel", recipe: Recipe) -> None:
    """Mark the weights that are learnt."""
    model.get_input_embeddings().requires_grad_(recipe.words)
    if recipe.frozen:
        body: Any = model.base_model
        if recipe.frozen >= len(body.encoder.layer):
            raise ValueError(f"of {len(body.encoder.layer)} layers {recipe.frozen} cannot stay as they are")
        body.requires_grad_(False)
        body.encoder.layer[recipe.frozen :].requires_grad_(True)


class Training:
    """A model on its way, with the single-precision masters of its weights."""

    def __init__(
        self, model: "PreTrainedModel", recipe: Recipe, steps: int, teacher: Teacher | None = None
    ) -> None:
        if (teacher is None) != (recipe.taught == 0):
            raise ValueError("a teacher and the weight of what it says go together")
        if recipe.substituted and not teacher:
            raise ValueError("only a teacher marks examples with words exchanged")
        self._recipe = recipe
        self._steps = steps
        self._teacher = teacher
        _choose_weights(model, recipe)
        self._kept = [weight for weight in model.parameters() if not weight.requires_grad]
        self._exact = [weight.detach().clone() for weight in self._kept]
        self._weights = [weight for weight in model.parameters() if weight.requires_grad]
        self._masters = [weight.detach().clone() for weight in self._weights]
        self._averages = [master.clone() for master in self._masters]
        self.model = model.bfloat16().train()
        self._optimiser = torch.optim.AdamW(
            self._masters, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.decay, foreach=True
        )
        self.step = 0

    def learn(self, batch: Batch) -> float:
        """Make one step of AdamW on a batch; return its loss."""
        found = scores(self.model, batch)
        loss = marking_loss(found, batch)
        if self._teacher:
            taught = teaching_loss(found, self._teacher.scores(batch))
            loss = (1 - self._recipe.taught) * loss + self._recipe.taught * taught
        loss.backward()  # type: ignore[no-untyped-call]
        for master, weight in zip(self._masters, self._weights, strict=True):
            master.grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self._masters, 1.0)
        self._optimiser.param_groups[0]["lr"] = self._rate()
        self._optimiser.step()
        with torch.no_grad():
            for master, weight in zip(self._masters, self._weights, strict=True):
                weight.copy_(master)
            remains = min(self._recipe.average, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(self._averages, self._masters, 1 - remains)
        self.step += 1
        return float(loss.detach())

    def _rate(self) -> float:
        """Rise linearly through the warm-up, then fall linearly to nothing."""
        warm = max(1, round(self._recipe.warm_up * self._steps))
        left = (self._steps - self.step) / max(1, self._steps - warm)
        return self._recipe.rate * min((self.step + 1) / warm, left)

    def save(self, path: Path) -> None:
        """Write what is needed to go on; an older checkpoint stays until the new one is whole."""
        draft = path.with_suffix(".draft")
        state = {
            "step": self.step,
            "masters": self._masters,
            "averages": self._averages,
            "optimiser": self._optimiser.state_dict(),
        }
        torch.save(state, draft)
        draft.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(path, weights_only=True)
        self.step = state["step"]
        self._optimiser.load_state_dict(state["optimiser"])
        with torch.no_grad():
            for master, weight, saved in zip(self._masters, self._weights, state["masters"], strict=True):
                master.copy_(saved)
                weight.copy_(saved)
            for average, saved in zip(self._averages, state["averages"], strict=True):
                average.copy_(saved)

    def whole(self) -> "PreTrainedModel":
        """Return the model in single precision, with the averages as its weights."""
        model: PreTrainedModel = self.model.float()
        with torch.no_grad():
            for exact, weight in zip(
                [*self._exact, *self._averages], [*self._kept, *self._weights], strict=True
            ):
                weight.copy_(exact)
        model.eval()  # type: ignore[no-untyped-call]
        return model


def _more(
    texts: Sequence[Text], sections: Sequence[SectionQuestion], teacher: Path, recipe: Recipe
) -> list[Lesson]:
    """Return questions to texts of an encyclopedia beside those that people marked answers to.

    Those to sections have the words that the exported teacher marks.
    """
    asked = section_lessons(sections, SpanModel.load(teacher)) if sections else []
    every = [*(text for text in texts if text.domain == "new_wiki"), *(one.text for one in sections)]
    once = {text.text: text for text in every}
    return [*asked * recipe.selqa_times, *cloze_lessons(list(once.values()), recipe.cloze, recipe.seed)]


def train(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    encoder: Path,
    work: Path,
    recipe: Recipe,
    console: Console,
    start: Path | None = None,
    teacher: Path | None = None,
    sections: Sequence[SectionQuestion] = (),
) -> Path:
    """Train from the last checkpoint in `work` on, or from the start; return the folder of the model.

    `lessons` are from SQuADShifts, the held-out ones among them are only measured on; `sentences` from QAMR,
    of which a second stage may have none; `sections` from SelQA, for a second stage with a teacher. The
    second stage starts from the model in `start`, whose vocabulary has the encoder's tokens; the first has
    none, and starts from the encoder. The model in `teacher` says what it would mark. The model is written as
    Hugging Face's transformers have it, with its tokenizer.
    """
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    own = [lesson for lesson in lessons if not lesson.text.held_out]
    kept = [lesson for lesson in lessons if lesson.text.held_out]
    order = random.Random(recipe.seed)  # noqa: S311
    likest = likest_by(encoder)
    near = nearest_texts(own)
    base = start or encoder
    guide = Teacher.load(teacher, base, work / "teacher") if teacher else None
    more = _more([lesson.text for lesson in own], sections, work / "teacher", recipe)
    stages = (
        second_stage(own, sentences, near, recipe.rounds, recipe.seed, recipe.others, likest, more)
        if start
        else curriculum(own, sentences, near, recipe.rounds, recipe.seed, likest)
    )
    planned = [batch for stage in stages for batch in batches(stage, tokenizer, recipe.tokens, order)]
    if recipe.substituted:
        share, most = recipe.substituted, recipe.exchanged
        planned = with_substitutes(planned, encoder, share, most, recipe.seed)
    ids = ids_between(encoder, base)
    planned = translated(planned, ids)
    examples = measured_examples(kept, recipe.measured, recipe.seed, likest)
    test = translated(batches(examples, tokenizer, recipe.tokens, order), ids)
    training = Training(loaded(base, recipe.seed), recipe, len(planned), guide)
    checkpoint = work / CHECKPOINT
    if checkpoint.exists():
        training.load(checkpoint)
    losses: list[float] = []
    with bar(console) as progress:
        task = progress.add_task("train", total=len(planned), completed=training.step)
        while training.step < len(planned):
            losses.append(training.learn(planned[training.step]))
            progress.update(task, completed=training.step)
            if training.step % recipe.measure_every == 0 or training.step == len(planned):
                found = measure(training.model, test)
                line = {"step": training.step, "loss": float(np.mean(losses)), **asdict(found)}
                with (work / LOG).open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
                losses.clear()
            if training.step % recipe.save_every == 0 or training.step == len(planned):
                training.save(checkpoint)
    folder = work / "model"
    training.whole().save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if (base / name).exists():
            shutil.copyfile(base / name, folder / name)
    return folder


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, train, and export."""
    parser = argparse.ArgumentParser(prog="python -m index.training.reader", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument(
        "--qamr",
        type=Path,
        help="folder of the QAMR files, for the first stage, and the second if it has them",
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument("--out", type=Path, help="where the exported reader goes")
    parser.add_argument(
        "--start-from", type=Path, help="folder of a trained or exported model, or of a larger encoder"
    )
    parser.add_argument("--teacher", type=Path, help="folder of a larger trained model to learn from too")
    parser.add_argument("--rate", type=float, help="highest learning rate")
    parser.add_argument("--others", type=float, help="times through reviews and posts in the second stage")
    parser.add_argument("--words", action="store_true", help="learn the embeddings of words too")
    parser.add_argument("--rounds", type=int, help="times through SQuADShifts")
    parser.add_argument("--tokens", type=int, help="tokens of a batch")
    parser.add_argument("--frozen", type=int, help="lowest layers that are not learnt, nor any embedding")
    parser.add_argument(
        "--substituted", type=float, help="share of examples with words exchanged, for the teacher to mark"
    )
    parser.add_argument(
        "--cloze", type=int, help="most questions made by rule about each text, for the teacher to mark"
    )
    parser.add_argument(
        "--selqa", type=Path, help="file of SelQA to learn from too, with the teacher's marks"
    )
    parser.add_argument(
        "--selqa-part", type=int, choices=range(PARTS), help="part of it to learn from; else all"
    )
    parser.add_argument("--seed", type=int, default=Recipe().seed)
    options = parser.parse_args(arguments)
    if options.qamr is None and options.start_from is None:
        parser.error("the first stage needs --qamr")
    if options.start_from is None and (options.others is not None or options.teacher):
        parser.error("--others and --teacher are of the second stage, which needs --start-from")
    if any(one is not None and one <= 0 for one in (options.rate, options.rounds, options.tokens)):
        parser.error("--rate, --rounds and --tokens are more than 0")
    if any(one is not None and one < 0 for one in (options.others, options.frozen, options.cloze)):
        parser.error("--others, --frozen and --cloze are 0 or more")
    if options.out and options.start_from and options.out.resolve() == options.start_from.resolve():
        parser.error("--out is not the folder of --start-from, which a stopped training needs again")
    if (options.cloze or options.selqa) and not options.teacher:
        parser.error("--cloze and --selqa need --teacher")
    if options.selqa_part is not None and not options.selqa:
        parser.error("--selqa-part needs --selqa")
    if options.substituted and not (options.teacher and 0 < options.substituted <= 1):
        parser.error("--substituted is from 0 to 1, and needs --teacher")
    if options.words and options.frozen:
        parser.error("--words and --frozen exclude each other")
    options.work.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    encoder = resolve_encoder(DEFAULT_ENCODER)
    lessons = read_squadshifts(options.squadshifts)
    recipe = replace(SECOND if options.start_from else Recipe(), seed=options.seed)
    names = ("rounds", "rate", "others", "tokens", "frozen", "substituted", "cloze")
    chosen = {name: getattr(options, name) for name in names}
    recipe = replace(recipe, words=options.words, taught=TAUGHT if options.teacher else 0.0)
    recipe = replace(recipe, sentences=bool(options.start_from and options.qamr))
    sections = read_selqa(options.selqa, options.selqa_part) if options.selqa else []
    if sections:
        part = "all" if options.selqa_part is None else options.selqa_part
        recipe = replace(recipe, selqa=f"{part} of {file_sha256(options.selqa)}")
    recipe = replace(recipe, **{name: one for name, one in chosen.items() if one is not None})
    start: Path | None = options.start_from
    if start and (start / SETTINGS_FILE).exists():
        restore(start, encoder, options.work / "start")
        start = options.work / "start"
    if start:
        ids_between(encoder, start)
        recipe = replace(recipe, start=model_fingerprint(start))
    if options.teacher:
        check_reader_folder(options.teacher)
        recipe = replace(recipe, teacher=model_fingerprint(options.teacher))
    keep_recipe(options.work / RECIPE, recipe)
    sentences = read_qamr(options.qamr) if options.qamr else []
    folder = train(
        lessons, sentences, encoder, options.work, recipe, console, start, options.teacher, sections
    )
    if options.out:
        from index.models.span_model_export import export_span_model

        export_span_model(folder, options.out)


if __name__ == "__main__":
    main()
