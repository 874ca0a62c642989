"""Makes the models and weights that ship with the project, from public data to figures, in one command.

    python -m index.training --squadshifts DIR --qamr DIR --squad2 FILE --squad2-train FILE --questions DIR
        --selqa FILE --larger DIR --work DIR --out index

It needs `pip install -e ".[training]"`.
Where the data comes from, and the names that its files need here:

- SQuADShifts (Miller et al. 2020), modestyachts.github.io/squadshifts-website: `new_wiki_v1.0.json` as
  `new_wiki.json`, likewise `amazon_reviews.json` and `reddit.json`
- QAMR (Michael et al. 2018), github.com/uwnlp/qamr: `filtered/dev.tsv` as `qamr_dev.tsv`, `filtered/test.tsv`
  as `qamr_test.tsv`, and `wiki-sentences.tsv`
- SQuAD 2.0 (Rajpurkar et al. 2018), rajpurkar.github.io/SQuAD-explorer: two files of its form; the model card
  names the articles that were taken for each
- Footnote's own questions: `train.json` to learn from, and `dev.json` to measure on; those of
  `index/training/libraries` are part of the project
- SelQA (Jurczyk et al. 2016), github.com/emorynlp/selqa: `selqa-ass-dev.json`
- all-mpnet-base-v2 (sentence-transformers), the folder of a larger encoder, 438 MB

First the encoder of the index is trained, from all-MiniLM-L6-v2, and the weights of the ranking for it,
unless `--encoder` names another encoder. The reader is the lowest layers of the larger encoder. It learns
from questions in people's own words and articles of SQuAD 2.0, in windows that retrieval finds, and from some
of the first two. From other articles of SQuAD 2.0, and from titles and libraries that no model has learnt
from, the order of sentences and the confidence are learnt; the reader is measured on these articles, too, as
on SelQA and on `dev.json`.

It continues where it was stopped, from the checkpoint in the work folder, which also gets the figures.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from index.models.export_process import export_here
from index.models.model_folders import resolve_encoder
from index.models.shipped_graph import keep_graph
from index.models.span_model_export import export_span_model
from index.reading.span_reader import ReadingWeights
from index.training import figures
from index.training.datasets.selqa import read_selqa
from index.training.datasets.squad import read_squad
from index.training.encoder.__main__ import START
from index.training.encoder.learning import train_encoder
from index.training.encoder.recipe import EncoderRecipe
from index.training.natural_figures import natural_figures
from index.training.progress import progress_bars
from index.training.reader.learning import learnt_libraries, train_reader, weighed_libraries
from index.training.reader.recipe import Recipe
from index.training.weights import fusion, joint
from index.training.weights.questions import STRANGERS


def main(
    arguments: Sequence[str] | None = None, recipe: Recipe | None = None, *, strangers: int = STRANGERS
) -> None:
    """Train the encoder and the reader, weigh them together, and measure them.

    `strangers` is how many questions about other things each library is asked.
    """
    parser = argparse.ArgumentParser(prog="python -m index.training", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--qamr", type=Path, required=True, help="folder of the QAMR files")
    parser.add_argument("--squad2", type=Path, required=True, help="file of SQuAD 2.0's form")
    parser.add_argument("--squad2-train", type=Path, required=True, help="such a file to train on")
    parser.add_argument("--questions", type=Path, required=True, help="folder of train.json and dev.json")
    parser.add_argument(
        "--library", type=Path, action="append", help="folder of articles with questions (the project's own)"
    )
    parser.add_argument("--selqa", type=Path, required=True, help="file of SelQA, as selqa-dev.json")
    parser.add_argument("--larger", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--start", default=START, help="encoder that ours is trained from (%(default)s)")
    parser.add_argument("--encoder", help="encoder of the index, instead of one that is trained")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints, logs and figures")
    parser.add_argument("--out", type=Path, required=True, help="folder of the package that gets them")
    options = parser.parse_args(arguments)
    start, work = resolve_encoder(options.encoder or options.start), options.work
    read_selqa(options.selqa)  # so that an unfit file shows now, not in hours
    learnt, measured = (options.questions / name for name in ("train.json", "dev.json"))
    for path in (learnt, measured, options.squad2_train):
        read_squad(path)
    reader, weights_file = options.out / "reading" / "reader_model", options.out / "reading" / "reading.json"
    sets = ([learnt, options.squad2_train], options.squadshifts, options.qamr)
    libraries, weighed = options.library or learnt_libraries(), [] if options.library else weighed_libraries()
    with progress_bars() as progress:
        encoder = start
        if not options.encoder:
            folder = work / "encoder"
            trained = train_encoder(EncoderRecipe(), *sets, start, folder, progress, measured, libraries)
            encoder = options.out / "models" / "encoder_model"
            shutil.copytree(trained, encoder, dirs_exist_ok=True)
            export_here(encoder, work / "exported")
            keep_graph(work / "exported", encoder, options.out / "models" / "encoder_graph")
            ranking = fusion.learn_from(
                options.squadshifts, options.squad2, str(encoder), progress, learnt, weighed
            )
            for path, text in zip(
                (options.out / "retrieval" / "fusion.json", work / "ranking.md"), ranking, strict=True
            ):
                path.write_text(text, encoding="utf-8")
        trained = train_reader(
            recipe or Recipe(), *sets, options.larger, encoder, work / "reader", progress, measured, libraries
        )
        export_span_model(trained, reader)
        data = (learnt, options.squad2, options.squadshifts)
        examples = joint.read_data(
            *data, reader, str(encoder), progress, strangers=strangers, libraries=weighed
        )
        weights, report = joint.learn(list(examples), reader)
        weights_file.write_text(weights, encoding="utf-8")
        (work / "confidence.md").write_text(report, encoding="utf-8")
        loaded = ReadingWeights.load(weights)
        tables = figures.figures(
            options.squadshifts, options.squad2, options.selqa, reader, loaded, str(encoder), progress
        )
        tables += "\n" + natural_figures(measured, reader, str(encoder), progress)
        (work / "figures.md").write_text(tables, encoding="utf-8")


if __name__ == "__main__":
    main()
