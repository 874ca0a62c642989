"""Makes the reader that ships with the project, from public data to figures, in one command.

    python -m index.training --squadshifts DIR --qamr DIR --squad2 FILE --selqa FILE --larger DIR --work DIR
        --out index

Where the data comes from, and the names that its files need here:

- SQuADShifts (Miller et al. 2020), modestyachts.github.io/squadshifts-website: `new_wiki_v1.0.json` as
  `new_wiki.json`, and so `amazon_reviews.json` and `reddit.json`
- QAMR (Michael et al. 2018), github.com/uwnlp/qamr: `filtered/dev.tsv` as `qamr_dev.tsv`, `filtered/test.tsv`
  as `qamr_test.tsv`, and `wiki-sentences.tsv`
- SQuAD 2.0 (Rajpurkar et al. 2018), rajpurkar.github.io/SQuAD-explorer: a file of its form with unanswerable
  questions; the model card names the articles that were taken
- SelQA (Jurczyk et al. 2016), github.com/emorynlp/selqa: `selqa-ass-dev.json`
- all-mpnet-base-v2 (sentence-transformers), the folder of a larger encoder, 438 MB

The reader learns from the first two, in a first stage and, from there, twice in a second one, without and
with the embeddings of words. The larger encoder gets the second stage alone; then the average of the three
readers learns what that teacher would mark, in both data sets and mostly with words exchanged. From SQuAD
2.0 the order of sentences and the confidence are learnt; it is measured on, too, as SelQA is.

It goes on where it was stopped, by the checkpoints in the work folder, which also gets the figures.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from index.config import DEFAULT_ENCODER
from index.models.model_folders import resolve_encoder
from index.models.span_model_export import export_span_model
from index.training import figures
from index.training.datasets.selqa import read_selqa
from index.training.reader import __main__, averaging
from index.training.reader.extractive import ids_between
from index.training.weights import joint

SMALL = ("--tokens", "3072")
"""Twice as many steps as with the usual batches, for models that see each example once."""
TEACHER_OPTIONS = ("--rate", "5e-5", "--others", "0.3", "--seed", "7", "--frozen", "4", *SMALL)
"""Of the teacher: chosen by what two cores train in an hour."""
_ROUNDS = ("--rounds", "3", "--substituted", "0.85")
TAUGHT_OPTIONS = ("--rate", "1e-4", "--others", "0.4", "--seed", "8", *_ROUNDS, *SMALL)
"""Of the reader that it teaches: chosen by what two cores train in an hour and a half."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and export the reader, weigh it with retrieval, and measure it."""
    parser = argparse.ArgumentParser(prog="python -m index.training", description=__doc__)
    parser.add_argument("--squadshifts", required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--qamr", required=True, help="folder of the QAMR files")
    parser.add_argument("--squad2", required=True, help="file of SQuAD 2.0's form")
    parser.add_argument("--selqa", type=Path, required=True, help="file of SelQA, as selqa-dev.json")
    parser.add_argument("--larger", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints, log and figures")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder of the package, which gets the reader"
    )
    options = parser.parse_args(arguments)
    ids_between(resolve_encoder(DEFAULT_ENCODER), options.larger)  # hours before it is needed
    read_selqa(options.selqa)
    folder, weights = options.out / "reader_model", options.out / "reading.json"
    shifts = ["--squadshifts", options.squadshifts, "--reader", str(folder)]
    first, second, third, teacher, last = (
        options.work / name for name in ("first", "second", "third", "teacher", "taught")
    )
    train = ["--squadshifts", options.squadshifts]
    __main__.main([*train, "--qamr", options.qamr, "--work", str(first)])
    again = [*train, "--start-from", str(first / "model")]
    __main__.main([*again, "--work", str(second)])
    __main__.main([*again, "--work", str(third), "--words"])
    average = options.work / "average"
    averaging.average([work / "model" for work in (first, second, third)], average)
    __main__.main([*train, "--start-from", str(options.larger), "--work", str(teacher), *TEACHER_OPTIONS])
    taught = ["--qamr", options.qamr, "--start-from", str(average), "--teacher", str(teacher / "model")]
    __main__.main([*train, *taught, "--work", str(last), *TAUGHT_OPTIONS])
    export_span_model(last / "model", folder)
    report = str(options.work / "confidence.md")
    shifts += ["--squad2", options.squad2]
    joint.main([*shifts, "--out", str(weights), "--report", report])
    report = str(options.work / "figures.md")
    figures.main([*shifts, "--selqa", str(options.selqa), "--weights", str(weights), "--out", report])


if __name__ == "__main__":
    main()
