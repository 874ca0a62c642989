"""Trains the support model that ships with the project. Build side only.

    python -m index.training.support --questions FILE --reader index/reading/reader_model --work DIR
        --out index/writing/support_model

It learns from the statements in `index/training/support/statements`, which were written by hand. Some are
about paragraphs of `train.json`, which `--questions` names (see `python -m index.training --help`). The graph
of the reader gets the states of its lower layers as an output, if it has not: its checksum changes, so the
confidence (`index.training.weights.joint`) is learnt afterwards. `held_out.jsonl` is for measuring only: the
report, in the work folder, has the figures.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from index.models.span_model import GRAPH_FILE, SpanModel
from index.training.datasets.squad import read_squad
from index.training.progress import progress_bars
from index.training.reader.exported_graph import expose_states
from index.training.support.export import export_support_model, write_settings
from index.training.support.figures import support_figures
from index.training.support.learning import is_held_out, least_score, train, with_states
from index.training.support.recipe import SupportRecipe
from index.training.support.statements import STATEMENTS, paragraphs_by_digest, read_statements

HELD_OUT_FILE = "held_out.jsonl"


def main(arguments: Sequence[str] | None = None, recipe: SupportRecipe | None = None) -> None:
    """Read the statements, train, choose the threshold, export, and measure."""
    recipe = recipe or SupportRecipe()
    parser = argparse.ArgumentParser(prog="python -m index.training.support", description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="file of SQuAD 2.0's form, train.json")
    parser.add_argument(
        "--statements", type=Path, default=STATEMENTS, help="folder of the statements (the project's own)"
    )
    parser.add_argument("--reader", type=Path, required=True, help="folder of the reader that ships")
    parser.add_argument("--work", type=Path, required=True, help="folder for the states and the report")
    parser.add_argument("--out", type=Path, required=True, help="folder for the support model")
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    paragraphs = paragraphs_by_digest(read_squad(options.questions))
    read = {
        path.name: read_statements(path, paragraphs) for path in sorted(options.statements.glob("*.jsonl"))
    }
    measured = read.pop(HELD_OUT_FILE)
    statements = [statement for found in read.values() for statement in found]
    learnt, chosen = (
        [one for one in statements if is_held_out(one.title, recipe.held_out) is held_out]
        for held_out in (False, True)
    )
    expose_states(options.reader, recipe.below)
    reader = SpanModel.load(options.reader)
    with progress_bars() as progress:
        data = with_states(learnt, reader, options.work, progress)
        network = train(data, options.reader / GRAPH_FILE, recipe, progress)
    model = export_support_model(network, reader, options.out)
    scores = model.scores([(one.statement, one.shown) for one in chosen])
    labels = [one.supported for one in chosen]
    threshold = round(least_score(scores, labels, recipe.precision, recipe.supported), 3)
    write_settings(options.out, reader, threshold)
    report = support_figures({"chosen from": chosen, "held out": measured}, model, threshold)
    (options.work / "support.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
