"""The training of the encoder with sentence-transformers' own trainer."""

import json
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.models.model_folders import model_files, model_fingerprint
from index.models.onnx_export import quiet
from index.models.shipped_encoder import write_sums
from index.records import Progress
from index.training.datasets.lessons import read_qamr, read_squadshifts
from index.training.datasets.question_articles import is_held_out, segment_titles
from index.training.datasets.question_libraries import read_library
from index.training.datasets.squad import SquadArticle, read_squad
from index.training.datasets.training_libraries import Segmenter
from index.training.encoder.pairs import Pair, Triplet, article_pairs, lesson_pairs, triplets
from index.training.encoder.recipe import EncoderRecipe
from index.training.encoders import load_encoder
from index.training.progress import no_progress, tracked
from index.training.reader.recipe import RECIPE_FILE, keep_recipe

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.sampler import DefaultBatchSampler

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
LEARNT_FROM_FILE = "data_config.json"
"""What an earlier model says about its own training."""


def train_encoder(
    recipe: EncoderRecipe,
    questions: Sequence[Path],
    squadshifts: Path,
    qamr: Path,
    start: Path,
    work: Path,
    progress: Progress = no_progress,
    never: Path | None = None,
    libraries: Sequence[Path] = (),
) -> Path:
    """Train the encoder in the folder `start` further; return the folder of the model, in half precision.

    It learns from the same data as the reader (see `train_reader`). Titles that are held out are not learnt,
    nor are paragraphs of SQuADShifts that stand in the file `never`. A training that was stopped continues
    from its last checkpoint. Raises ValueError if `work` holds checkpoints of another recipe, and as
    `read_library` does.
    """
    work.mkdir(parents=True, exist_ok=True)
    recipe = replace(recipe, start=model_fingerprint(start))
    keep_recipe(work / RECIPE_FILE, recipe)
    pairs = read_pairs(recipe, questions, squadshifts, qamr, start, progress, never, libraries)
    source = random.Random(recipe.seed)  # noqa: S311
    rows = [row for _ in range(recipe.rounds) for row in triplets(pairs, recipe.batch, source)]
    return _train(rows, start, work, recipe)


def read_pairs(
    recipe: EncoderRecipe,
    questions: Sequence[Path],
    squadshifts: Path,
    qamr: Path,
    start: Path,
    progress: Progress = no_progress,
    never: Path | None = None,
    libraries: Sequence[Path] = (),
) -> list[Pair]:
    """Read all that is learnt from; the encoder in the folder `start` finds the negatives."""
    source = random.Random(recipe.seed)  # noqa: S311
    entries = [entry for path in questions for entry in read_squad(path)]
    learnt = [entry for entry in entries if not is_held_out(entry.title)]
    left_out = _contexts(entry for entry in entries if is_held_out(entry.title))
    if never:
        left_out |= _contexts(read_squad(never))
    lessons = [
        lesson
        for lesson in read_squadshifts(squadshifts)
        if not lesson.text.held_out and lesson.text.text.strip() not in left_out
    ]
    sentences = read_qamr(qamr)
    encoder = load_encoder(str(start))
    segmenter = Segmenter(encoder.count_tokens, encoder.window)
    titles = [("title", article) for article in segment_titles(learnt, segmenter)]
    own = [(folder.name, article) for folder in libraries for article in read_library(folder, segmenter)]
    found: dict[bool, list[Pair]] = {False: [], True: []}
    for number, (kind, article) in enumerate(
        tracked([*titles, *own], len(titles + own), "look for texts", progress)
    ):
        found[number >= len(titles)] += article_pairs(f"{kind} {article.article.id}", article, encoder)
    pairs = source.sample(found[False], min(recipe.titles, len(found[False]))) + found[True]
    for part, count in ((lessons, recipe.lessons), (sentences, recipe.single_sentences)):
        pairs += lesson_pairs(source.sample(part, min(count, len(part))), encoder)
    return pairs


def _contexts(entries: Iterable[SquadArticle]) -> set[str]:
    return {paragraph.context.strip() for entry in entries for paragraph in entry.paragraphs}


def _train(rows: Sequence[Triplet], start: Path, work: Path, recipe: EncoderRecipe) -> Path:
    with quiet():
        from datasets import Dataset  # type: ignore[import-untyped]
        from sentence_transformers import (
            SentenceTransformer,
            SentenceTransformerTrainer,
            SentenceTransformerTrainingArguments,
        )
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    columns = {
        "anchor": [row.question for row in rows],
        "positive": [row.positive for row in rows],
        "negative": [row.negative for row in rows],
    }
    model = SentenceTransformer(str(start), device="cpu", local_files_only=True)
    model.max_seq_length = recipe.tokens
    _freeze_embeddings(model)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(work / "checkpoints"),
        num_train_epochs=1,
        per_device_train_batch_size=recipe.batch,
        learning_rate=recipe.rate,
        warmup_steps=0.1,
        lr_scheduler_type="linear",
        batch_sampler=in_order,
        dataloader_drop_last=True,
        save_steps=recipe.save_every,
        save_total_limit=1,
        logging_steps=recipe.save_every,
        report_to=[],
        use_cpu=True,
        seed=recipe.seed,
    )
    loss = MultipleNegativesRankingLoss(model, scale=recipe.scale)
    trainer = SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=Dataset.from_dict(columns), loss=loss
    )
    trainer.train(resume_from_checkpoint=any((work / "checkpoints").glob("checkpoint-*")))
    folder = work / "model"
    save_half(model, start, folder)
    write_sums(folder, model_files(folder))
    return folder


def save_half(model: "SentenceTransformer", start: Path, folder: Path) -> None:
    """Write the weights in half precision, and beside them the other files of the model in `start`.

    These are in the form that all versions of sentence-transformers read; the model computes in single
    precision all the same.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for path in model_files(start):
        if path.name in (WEIGHTS_FILE, LEARNT_FROM_FILE):
            continue
        copy = folder / path.relative_to(start)
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copy)
    settings = json.loads((start / CONFIG_FILE).read_text(encoding="utf-8")) | {"torch_dtype": "float32"}
    (folder / CONFIG_FILE).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    transformer: Any = model[0]
    weights = {
        name: weight.half().contiguous() for name, weight in transformer.auto_model.state_dict().items()
    }
    save_file(weights, folder / WEIGHTS_FILE, {"format": "pt"})


def in_order(dataset: Any, batch_size: int, drop_last: bool, **_: object) -> "DefaultBatchSampler":
    """Keep the order of the triplets, which are batched already."""
    from sentence_transformers.base.sampler import DefaultBatchSampler
    from torch.utils.data import SequentialSampler

    in_sequence: Any = SequentialSampler(dataset)
    return DefaultBatchSampler(in_sequence, batch_size, drop_last)


def _freeze_embeddings(model: "SentenceTransformer") -> None:
    for name, weight in model.named_parameters():
        weight.requires_grad_("embeddings" not in name)
