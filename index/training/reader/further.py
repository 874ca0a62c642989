"""Trains the upper layers of a shipped reader further, on libraries with questions. Build side only.

    python -m index.training.reader.further --reader DIR --questions FILE --squadshifts DIR [--library DIR]…
        --work DIR --out DIR

The layers below stay as the reader's graph holds them, to the bit, so what is learnt is learnt for the layers
in 8 bits that will be used, and only from windows that the reader gets wrong and a few others: a step takes
far less time than one that learns all layers. The weights that are kept lie between those before and those
learnt, so that less is forgotten. The support model belongs to the reader's graph: train it again
afterwards (`python -m index.training.support`), then learn the confidence (`index.training.weights.joint`).
The work folder holds windows and a checkpoint: the same command continues where it was stopped.
"""

import argparse
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.checksums import file_sha256
from index.config import DEFAULT_ENCODER
from index.models.model_folders import resolve_encoder
from index.models.span_model import GRAPH_FILE, SETTINGS_FILE, TOKENIZER_FILE
from index.models.span_model_export import export_span_model
from index.records import Progress
from index.retrieval.ranking import Ranker
from index.training.datasets.lessons import read_squadshifts
from index.training.datasets.question_articles import is_held_out
from index.training.datasets.squad import SquadArticle, read_squad
from index.training.encoders import load_encoder
from index.training.examples.batch_files import kept_batches
from index.training.examples.batches import Batch, in_parts, make_batches
from index.training.examples.example import Example
from index.training.examples.retrieved import retrieved_examples
from index.training.progress import no_progress, progress_bars
from index.training.reader.exported_graph import replace_upper_layers
from index.training.reader.exported_reader import restore_model, with_upper_layers
from index.training.reader.learning import LibraryIndexer, learnt_libraries, repeated_examples
from index.training.reader.recipe import RECIPE_FILE, FurtherRecipe, keep_recipe
from index.training.reader.upper_layers import (
    ShippedReader,
    UpperLayers,
    interpolated,
    learn_upper_layers,
)


def train_further(
    recipe: FurtherRecipe,
    reader: Path,
    questions: Path,
    squadshifts: Path,
    libraries: Sequence[Path],
    encoder: Path,
    work: Path,
    out: Path,
    progress: Progress = no_progress,
) -> None:
    """Train the upper layers of the exported reader in the folder `reader`, and export it to `out`.

    It learns from `libraries`, folders of articles with questions, and again from titles of the file
    `questions` that are not held out, and from answerable questions of SQuADShifts. `encoder` is that of the
    index, which finds the windows. Raises ValueError if `out` is `reader`, if `work` holds checkpoints of
    another recipe, reader or choice of libraries, and as `read_library` does.
    """
    if out.resolve() == reader.resolve():
        raise ValueError(f"{out}: choose another folder for the new reader than that of the old one")
    names = tuple(folder.name for folder in libraries)
    recipe = replace(recipe, start=file_sha256(reader / GRAPH_FILE), libraries=names)
    work.mkdir(parents=True, exist_ok=True)
    keep_recipe(work / RECIPE_FILE, recipe)
    model = restore_model(reader, work / "restored")
    batches = kept_batches(
        work / "planned.npz",
        lambda: _plan(
            recipe,
            questions,
            squadshifts,
            libraries,
            LibraryIndexer(load_encoder(str(encoder)), progress),
            model,
        ),
    )
    shipped = ShippedReader(reader / GRAPH_FILE, recipe.below)
    network = UpperLayers(reader / GRAPH_FILE, recipe.below)
    learnt = learn_upper_layers(batches, shipped, network, recipe, work, progress)
    before = UpperLayers(reader / GRAPH_FILE, recipe.below)
    upper = interpolated(before, learnt, recipe.interpolation)
    with_upper_layers(model, upper.layers, upper.head, work / "model")
    export_span_model(work / "model", work / "exported")
    out.mkdir(parents=True, exist_ok=True)
    for name in (GRAPH_FILE, SETTINGS_FILE, TOKENIZER_FILE):
        shutil.copyfile(reader / name, out / name)
    replace_upper_layers(out, work / "exported" / GRAPH_FILE, recipe.below)


def _plan(
    recipe: FurtherRecipe,
    questions: Path,
    squadshifts: Path,
    libraries: Sequence[Path],
    indexer: LibraryIndexer,
    model: Path,
) -> list[Batch]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / TOKENIZER_FILE))
    source, ranker = random.Random(recipe.seed), Ranker.load()  # noqa: S311
    groups: list[list[Example]] = []
    for number in range(recipe.rounds):
        for folder in libraries:
            groups += retrieved_examples(indexer.index_folder(folder), ranker, recipe.seed + number)
    again = indexer.index_titles(_drawn_titles(questions, recipe.again, source))
    groups += retrieved_examples(again, ranker, recipe.seed)
    lessons = [lesson for lesson in read_squadshifts(squadshifts) if not lesson.text.held_out]
    groups += repeated_examples(lessons, recipe.repeated, source)
    parts = in_parts(groups, recipe.group)
    source.shuffle(parts)
    return make_batches(parts, tokenizer, recipe.tokens, source)


def _drawn_titles(questions: Path, count: int, source: random.Random) -> list[SquadArticle]:
    """Draw titles that were learnt, until they have `count` questions."""

    def taken(entries: Sequence[SquadArticle]) -> Iterator[SquadArticle]:
        left = count
        for entry in entries:
            if left <= 0:
                return
            left -= sum(len(paragraph.qas) for paragraph in entry.paragraphs)
            yield entry

    learnt = [entry for entry in read_squad(questions) if not is_held_out(entry.title)]
    return sorted(taken(source.sample(learnt, len(learnt))), key=lambda entry: entry.title)


def main(arguments: Sequence[str] | None = None, recipe: FurtherRecipe | None = None) -> None:
    """Read the data, train, and export."""
    parser = argparse.ArgumentParser(prog="python -m index.training.reader.further", description=__doc__)
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--questions", type=Path, required=True, help="file that it learnt from")
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument(
        "--library",
        type=Path,
        action="append",
        help="folder of articles with questions, instead of the project's own",
    )
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--work", type=Path, required=True, help="folder for windows and checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder for the exported reader")
    options = parser.parse_args(arguments)
    with progress_bars() as progress:
        train_further(
            recipe or FurtherRecipe(),
            options.reader,
            options.questions,
            options.squadshifts,
            options.library or learnt_libraries(),
            resolve_encoder(options.encoder),
            options.work,
            options.out,
            progress,
        )


if __name__ == "__main__":
    main()
