"""Trains a reader like the one that ships with the project. Build side only.

    python -m index.training.reader first --squadshifts DIR --qamr DIR --work DIR --out DIR
    python -m index.training.reader second --squadshifts DIR --start-from DIR --work DIR --out DIR
    python -m index.training.reader natural --squadshifts DIR --qamr DIR --questions FILE --start-from DIR
        --work DIR --out DIR

SQuADShifts (Miller et al. 2020) and QAMR (Michael et al. 2018) are public; `index/training/__main__.py` says
where they come from. The work folder holds checkpoints: the same command continues where it was stopped. On
two CPU cores the first stage takes about an hour.

The recipes are named: `first` starts from the encoder; `second` and `second-words` continue from a model that
a training wrote, or from an exported reader such as the one that ships, and the latter learns the embeddings
of words, too; `teacher` starts from a larger encoder whose vocabulary has the same tokens; `student` also
learns what that teacher would mark; `natural` continues with questions in people's own words.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from index.config import DEFAULT_ENCODER
from index.models.model_folders import resolve_encoder
from index.training.progress import progress_bars
from index.training.reader.natural import own_libraries, train_on_questions
from index.training.reader.recipe import RECIPES
from index.training.reader.training import train_reader


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, train, and export."""
    parser = argparse.ArgumentParser(prog="python -m index.training.reader", description=__doc__)
    recipes = parser.add_subparsers(dest="recipe", required=True, metavar="RECIPE")
    for name, recipe in RECIPES.items():
        command = recipes.add_parser(name)
        command.add_argument(
            "--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files"
        )
        if recipe.sentences:
            command.add_argument("--qamr", type=Path, required=True, help="folder of the QAMR files")
        if recipe.stage == 3:
            command.add_argument(
                "--questions", type=Path, required=True, action="append", help="file of SQuAD 2.0's form"
            )
            command.add_argument(
                "--library",
                type=Path,
                action="append",
                help="folder of articles with questions (the project's own)",
            )
            command.add_argument("--never", type=Path, help="such a file whose paragraphs are never learnt")
        if recipe.stage > 1:
            command.add_argument("--start-from", type=Path, required=True, help="folder of a model")
        if recipe.teacher_weight:
            command.add_argument("--teacher", type=Path, required=True, help="folder of a larger reader")
        command.add_argument("--work", type=Path, required=True, help="folder for checkpoints and the log")
        command.add_argument("--out", type=Path, help="folder for the exported reader")
        command.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    options = vars(parser.parse_args(arguments))
    start, out = options.get("start_from"), options["out"]
    if out and start and out.resolve() == start.resolve():
        parser.error("--out is not the folder of --start-from, which a stopped training needs again")
    recipe, encoder = RECIPES[options["recipe"]], resolve_encoder(options["encoder"])
    with progress_bars() as progress:
        if start and recipe.stage == 3:
            data = (options["questions"], options["squadshifts"], options["qamr"])
            folder = train_on_questions(
                recipe,
                *data,
                options["work"],
                encoder,
                start,
                progress,
                options["never"],
                options["library"] or own_libraries(),
            )
        else:
            folder = train_reader(
                recipe,
                options["squadshifts"],
                options["work"],
                encoder,
                qamr=options.get("qamr"),
                start=start,
                teacher=options.get("teacher"),
                progress=progress,
            )
    if out:
        from index.models.span_model_export import export_span_model

        export_span_model(folder, out)


if __name__ == "__main__":
    main()
