"""Trains a reader like the one that ships with the project. Build side only.

    python -m index.training.reader --questions FILE [--questions FILE] --squadshifts DIR --qamr DIR
        --larger DIR [--library DIR]… [--never FILE] [--steps N] --work DIR --out DIR

`index/training/__main__.py` says where the data comes from. The work folder holds checkpoints: the same
command continues where it was stopped.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.config import DEFAULT_ENCODER
from index.models.model_folders import resolve_encoder
from index.models.span_model_export import export_span_model
from index.training.progress import progress_bars
from index.training.reader.learning import learnt_libraries, train_reader
from index.training.reader.recipe import Recipe


def main(arguments: Sequence[str] | None = None, recipe: Recipe | None = None) -> None:
    """Read the data, train, and export."""
    recipe = recipe or Recipe()
    parser = argparse.ArgumentParser(prog="python -m index.training.reader", description=__doc__)
    parser.add_argument(
        "--questions", type=Path, required=True, action="append", help="file of SQuAD 2.0's form"
    )
    parser.add_argument(
        "--library",
        type=Path,
        action="append",
        help="folder of articles with questions, instead of the project's own",
    )
    parser.add_argument("--never", type=Path, help="such a file whose paragraphs are never learnt")
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--qamr", type=Path, required=True, help="folder of the QAMR files")
    parser.add_argument("--larger", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--steps", type=int, default=recipe.steps, help="steps to train (%(default)s)")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument("--out", type=Path, required=True, help="folder for the exported reader")
    options = parser.parse_args(arguments)
    with progress_bars() as progress:
        folder = train_reader(
            replace(recipe, steps=options.steps),
            options.questions,
            options.squadshifts,
            options.qamr,
            options.larger,
            resolve_encoder(options.encoder),
            options.work,
            progress,
            options.never,
            options.library or learnt_libraries(),
        )
    export_span_model(folder, options.out)


if __name__ == "__main__":
    main()
