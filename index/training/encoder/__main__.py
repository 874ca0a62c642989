"""Trains the encoder that ships with the project. Build side only; needs `pip install -e ".[training]"`.

    python -m index.training.encoder --questions FILE [--questions FILE] --squadshifts DIR --qamr DIR
        [--start NAME] [--library DIR]… [--never FILE] --work DIR --out DIR

`index/training/__main__.py` says where the data comes from. The work folder holds checkpoints: the same
command continues where it was stopped.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from index.models.model_folders import resolve_encoder
from index.training.encoder.learning import train_encoder
from index.training.encoder.recipe import EncoderRecipe
from index.training.progress import progress_bars
from index.training.reader.learning import learnt_libraries

START = "sentence-transformers/all-MiniLM-L6-v2"


def main(arguments: Sequence[str] | None = None, recipe: EncoderRecipe | None = None) -> None:
    """Read the data, train, and write the model's files to the folder; what else it holds stays."""
    parser = argparse.ArgumentParser(prog="python -m index.training.encoder", description=__doc__)
    parser.add_argument(
        "--questions", type=Path, required=True, action="append", help="file of SQuAD 2.0's form"
    )
    parser.add_argument(
        "--library", type=Path, action="append", help="folder of articles with questions, instead of our own"
    )
    parser.add_argument("--never", type=Path, help="such a file whose paragraphs are never learnt")
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--qamr", type=Path, required=True, help="folder of the QAMR files")
    parser.add_argument("--start", default=START, help="encoder that the training starts from (%(default)s)")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained model")
    options = parser.parse_args(arguments)
    with progress_bars() as progress:
        folder = train_encoder(
            recipe or EncoderRecipe(),
            options.questions,
            options.squadshifts,
            options.qamr,
            resolve_encoder(options.start),
            options.work,
            progress,
            options.never,
            options.library or learnt_libraries(),
        )
    shutil.copytree(folder, options.out, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
