"""Commands on the quality of the answers: `eval`, `feedback` and `gaps`."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from bot.remedies import remedy_for
from bot.terminal.command_group import FAILED, Command, complain, global_options
from bot.terminal.commands.options import EXISTING, WholeNumber, json_option, options_of, put, server_option

if TYPE_CHECKING:
    from bot.terminal.blocks import TextBlock

log = logging.getLogger(__name__)

_export_option = click.option(
    "--export",
    "target",
    type=click.File("w", encoding="utf-8", lazy=True),
    metavar="FILE",
    help="Write questions for `footnote eval` to FILE; - is stdout.",
)


@click.command(
    "eval",
    cls=Command,
    examples=(
        "footnote eval questions.jsonl",
        "footnote eval --failures questions.jsonl",
        "footnote eval --json questions.jsonl | jq .hit_at_1",
    ),
)
@click.argument("file", type=EXISTING)
@click.option(
    "--failures",
    "with_failures",
    is_flag=True,
    help="List the failed questions, and answers marked wrongly, too.",
)
@server_option
@json_option
@global_options
@click.pass_context
def evaluate(context: click.Context, file: Path, with_failures: bool, as_objects: bool) -> None:
    """Measure the answers to a FILE of gold questions.

    Each line is an object, as in these two:

    \b
    {"id": 1, "question": "How warm is the hive?", "answerable": true,
     "gold_sentences": ["It is kept at 35 degrees."], "gold_answer": "35 degrees"}
    {"id": 2, "question": "Who owns the moon?", "answerable": false}

    A citation is right if it holds one of "gold_sentences". An answer is compared with "gold_answer" and with
    each of a list "gold_answers"; the best match counts. "article" narrows a question to one article.
    """  # noqa: D301 - click's mark of a paragraph that is not wrapped
    from bot.terminal.evaluation import evaluate_file

    figures, blocks = evaluate_file(options_of(context).config(), file, with_failures=with_failures)
    put(as_objects, figures, blocks)


@click.command(
    cls=Command,
    examples=(
        "footnote feedback",
        "footnote feedback --json | jq -r '.[].note'",
        "footnote feedback --export judged.jsonl",
        "footnote feedback --forget 80351110224678912",
    ),
)
@_export_option
@click.option(
    "--forget", type=WholeNumber(1), metavar="USER", help="Delete what the user with this Discord id said."
)
@server_option
@json_option
@global_options
@click.pass_context
def feedback(context: click.Context, target: IO[str] | None, forget: int | None, as_objects: bool) -> None:
    """List what people said about the bot's answers.

    With --export, what they called right becomes questions whose answers are known. What they called wrong is
    left out and counted: it does not say what would be right.
    """
    if target is not None and forget is not None:
        raise click.UsageError("Give either --export or --forget, not both.")
    from bot.feedback.export import export
    from bot.feedback.places import feedback_of
    from bot.server_folders import feedback_configs
    from bot.terminal.feedback_list import entry_object, feedback_blocks, forgotten_blocks

    config = options_of(context).config()
    store = feedback_of(config)
    if forget is not None:
        deletions = [partial(feedback_of(each).forget, forget) for each in feedback_configs(config)]
        _delete(context, deletions, forgotten_blocks, as_objects)
        return
    entries = store.list()
    if target is None:
        put(as_objects, list(map(entry_object, entries)), feedback_blocks(entries, store.place))
        return
    result = export(entries)
    lines = result.lines  # raises before the file is opened, which would empty it
    _write_export(target, lines, result.counts, str(result), as_objects)


@click.command(
    cls=Command,
    examples=(
        "footnote gaps",
        "footnote gaps --json | jq -r '.[].questions[0].question'",
        "footnote gaps --export unanswered.jsonl",
        "footnote gaps --forget",
    ),
)
@_export_option
@click.option("--forget", is_flag=True, help="Delete all these questions.")
@server_option
@json_option
@global_options
@click.pass_context
def gaps(context: click.Context, target: IO[str] | None, forget: bool, as_objects: bool) -> None:
    """List what the bot could not answer, similar questions together.

    The bot stores such questions only if the configuration says so. Each is asked again, and the sentences
    that are nearest to it now are shown. With --export, those that still have no answer become questions
    that are not answerable.
    """
    if target is not None and forget:
        raise click.UsageError("Give either --export or --forget, not both.")
    from bot.terminal import gaps

    config = options_of(context).config()
    if forget:
        _delete(context, [gaps.stored_questions(config).forget], gaps.forgotten_blocks, as_objects)
        return
    found = gaps.find_gaps(config)
    if target is None:
        put(as_objects, list(map(gaps.gap_object, found)), gaps.gap_blocks(found, config))
        return
    result = gaps.export(found)
    lines = result.lines  # raises before the file is opened, which would empty it
    _write_export(target, lines, result.counts, str(result), as_objects)


def _delete(
    context: click.Context,
    deletions: Iterable[Callable[[], int]],
    blocks: "Callable[[int], Sequence[TextBlock]]",
    as_objects: bool,
) -> None:
    """Delete in each place, whatever is the matter with another; say how much it was, and where it failed."""
    from bot.feedback.database import PartlyDeletedError
    from bot.feedback.store import FeedbackError

    count = 0
    problems: list[FeedbackError] = []
    for delete in deletions:
        try:
            count += delete()
        except FeedbackError as error:
            count += error.deleted if isinstance(error, PartlyDeletedError) else 0
            problems.append(error)
    put(as_objects, {"deleted": count}, blocks(count))
    for problem in problems:
        complain(problem.message, remedy_for(problem))
    if problems:
        context.exit(FAILED)


def _write_export(
    target: IO[str], lines: str, counts: Mapping[str, int], left_out: str, as_objects: bool
) -> None:
    """Write exported questions to a file, and say how many they are and what was left out."""
    target.write(lines)
    target.flush()
    if target.name == "-":
        log.info("left out: %s", left_out)  # stdout is the file's
        return
    from bot.terminal.feedback_list import export_blocks

    put(as_objects, counts, export_blocks(counts["questions"], left_out))
