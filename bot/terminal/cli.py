"""The `footnote` command. Each command imports what it needs when it runs, so that `--help` is quick."""

import logging
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.terminal.command_group import FAILED, UNANSWERED, GlobalOptions, Group, global_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.terminal.blocks import Block

log = logging.getLogger(__name__)

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
json_option = click.option(
    "--json", "as_objects", is_flag=True, help="Print JSON, and nothing else, on stdout."
)
article_option = click.option(
    "--article", metavar="ID", help="Ask one article only: its id, file, title or a beginning."
)
top_k_option = click.option(
    "--top-k", type=click.IntRange(1, 50), metavar="N", help="Number of citations; 3 unless configured."
)


@click.group(
    cls=Group,
    examples=(
        "footnote ask 'Who predicts the fight for Raqqa will be long and hard?'",
        "footnote ask --json 'How many leaflets were dropped?'",
        "footnote chat",
    ),
)
@click.version_option(package_name="footnote-bot", message="footnote %(version)s")
@global_options
def main() -> None:
    """Ask a library of articles, and get answers with their source sentences.

    The index of the articles is built at the first question and follows the articles from then on.
    Nothing leaves this machine.
    """


@main.command(
    examples=(
        "footnote ask 'Who confirmed the strike?'",
        "footnote ask --article coalition-strikes-near-al-tanf 'When did ISIS attack?'",
        "footnote ask --json --top-k 1 'What was the convoy made up of?' | jq .answer",
        'footnote ask "What did the Pentagon\'s spokesman confirm?"',
        "footnote ask --explain 'When did ISIS attack?'",
        "footnote ask --batch questions.jsonl > answers.jsonl",
    )
)
@click.argument("question", nargs=-1)
@click.option("--batch", type=click.File("rb"), metavar="FILE", help="Answer each line of FILE; - is stdin.")
@article_option
@top_k_option
@click.option("--explain", is_flag=True, help="Say why the answer came out as it did.")
@json_option
@global_options
@click.pass_context
def ask(
    context: click.Context,
    question: tuple[str, ...],
    batch: IO[bytes] | None,
    article: str | None,
    top_k: int | None,
    explain: bool,
    as_objects: bool,
) -> None:
    """Answer QUESTION, and cite the sentences that say so.

    The percentage behind a source is an estimate of how likely its sentence answers the question: of many
    at 80 %, about 80 in 100 do. Below the configured threshold, 30 %, no answer is given; from half of that
    on, the sentence is shown with "Not sure, but this may be it".

    Put the question in quotes, double ones if it holds an apostrophe; one that starts with a dash goes
    after --. Exits with 3 if the articles do not say; sentences that may help are listed all the same.

    With --batch, each line in is an object {"id", "question", "article"?}, and each line out the answer to it
    with its "id", or {"id", "error"}; if there is any error, the exit code is 1.
    """
    if not question and batch is None:
        raise click.UsageError("Give a QUESTION, or --batch FILE.")
    if question and batch is not None:
        raise click.UsageError("Give either a QUESTION or --batch FILE, not both.")
    if explain and batch is not None:
        raise click.UsageError("--explain goes with a QUESTION, not with --batch.")
    from bot import json_output
    from bot.terminal.opening import open_library
    from index.records import clean_question

    if batch is None:
        text = clean_question(" ".join(question))  # an empty one fails before an index is built for it
        config = _options(context).config()
        library = open_library(config)
        answer = library.ask(text, article=article, top_k=top_k)
        from bot.terminal.layouts import answer_blocks

        value, blocks = json_output.answer_object(answer), answer_blocks(answer)
        if explain:
            from bot.terminal.explanation import explanation_blocks

            why = library.explain(text, article=article, top_k=top_k)
            value["explanation"] = json_output.explanation_object(why, config.answer.threshold)
            blocks += explanation_blocks(why, answer, config.answer.threshold)
        _put(as_objects, value, blocks)
        if not answer.answerable:
            context.exit(UNANSWERED)
        return

    from bot.terminal.batch import answers

    library = open_library(_options(context).config())
    if article is not None:
        library.article(article)  # an unknown one fails here, not on every line
    failed = False
    for reply in answers(library, batch, article=article, top_k=top_k):
        click.echo(json_output.dump(reply, sys.stdout.encoding))
        failed |= "error" in reply
    if failed:
        context.exit(FAILED)


@main.command(
    examples=(
        "footnote chat",
        "footnote chat --article coalition-strikes-near-al-tanf",
        "footnote chat --json < questions.txt",
    )
)
@article_option
@top_k_option
@json_option
@global_options
@click.pass_context
def chat(context: click.Context, article: str | None, top_k: int | None, as_objects: bool) -> None:
    """Ask question after question, with history and completion.

    A question that goes on from the last one ("and in winter?") is asked with its subject. "more" shows
    further sentences; /help lists the commands; Tab completes them and the ids of articles. Lines piped in
    are taken as typed.

    What is typed is kept for the arrow keys in a file that only you can read, on Linux
    ~/.local/state/footnote/history; with `history = false` below [chat] in the configuration, nowhere.
    """
    from bot.terminal.chat import Chat, history_file, piped_lines, typed_lines
    from bot.terminal.opening import open_library

    config = _options(context).config()
    session = Chat(config, open_library(config), as_objects=as_objects, top_k=top_k)
    if article is not None:
        session.narrow(article)
    if sys.stdin.isatty():
        log.info("Ask away; /help lists the commands, Ctrl-D leaves.")
        session.run(typed_lines(session, history_file(config)))
    else:
        session.run(piped_lines())


@main.command(
    examples=(
        "footnote articles",
        "footnote articles --json | jq -r '.[].id'",
    )
)
@json_option
@global_options
@click.pass_context
def articles(context: click.Context, as_objects: bool) -> None:
    """List the articles."""
    from bot import json_output
    from bot.terminal import layouts, opening

    config = _options(context).config()
    rows = opening.open_library(config, name_skipped=False).articles()
    _put(as_objects, [json_output.info_object(row) for row in rows], layouts.list_blocks(rows))
    opening.warn_of_skipped_files(config)


@main.command(
    examples=(
        "footnote show coalition-strikes-near-al-tanf",
        "footnote show --json coalition-strikes-near-al-tanf | jq -r .text",
    )
)
@click.argument("article", metavar="ID")
@click.option(
    "--around", type=click.IntRange(1), metavar="N", help="Show only the sentences around number N."
)
@json_option
@global_options
@click.pass_context
def show(context: click.Context, article: str, around: int | None, as_objects: bool) -> None:
    """Show one article, its sentences numbered."""
    from bot import json_output
    from bot.terminal import layouts
    from bot.terminal.opening import open_library

    library = open_library(_options(context).config())
    text, sentences = library.article(article), library.sentences(article)
    _put(
        as_objects,
        json_output.article_object(text, sentences),
        layouts.article_blocks(text, sentences, around),
    )


@main.command(examples=("footnote index", "footnote index --rebuild"))
@click.option("--rebuild", is_flag=True, help="Read and embed everything again, whether it changed or not.")
@json_option
@global_options
@click.pass_context
def index(context: click.Context, rebuild: bool, as_objects: bool) -> None:
    """Build the index, or bring it up to date with the articles.

    Only what changed is embedded again. Questions are answered meanwhile. A file that cannot be read is
    named and skipped, and the exit code is 1.
    """
    from bot import json_output
    from bot.terminal import opening
    from bot.terminal.blocks import Block, Piece

    config = _options(context).config()
    report = opening.update_index(config, rebuild=rebuild)
    opening.warn_of_skipped(report.skipped)
    opening.warn_of_poor_texts(report.poor)
    opening.log_ignored_files(config)
    _put(as_objects, json_output.report_object(report), [Block((Piece(report.summary),))])
    if report.skipped:
        context.exit(FAILED)


@main.command(
    "eval",
    examples=(
        "footnote eval questions.jsonl",
        "footnote eval --failures questions.jsonl",
        "footnote eval --json questions.jsonl | jq .hit_at_1",
    ),
)
@click.argument("file", type=EXISTING)
@click.option("--failures", "with_failures", is_flag=True, help="List the failed questions, too.")
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

    figures, blocks = evaluate_file(_options(context).config(), file, with_failures=with_failures)
    _put(as_objects, figures, blocks)


@main.command(
    "bot",
    examples=(
        "footnote bot",
        "footnote bot --log-format json",
        "footnote bot --sync",
    ),
)
@click.option(
    "--sync",
    is_flag=False,
    flag_value="everywhere",
    metavar="[SERVER]",
    help="Register the commands with Discord, everywhere or in the server with this id, and end.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How each event is written to stderr.",
)
@global_options
@click.pass_context
def discord_bot(context: click.Context, sync: str | None, log_format: str) -> None:
    """Run the Discord bot, until Ctrl-C.

    Its token comes from DISCORD_BOT_TOKEN, or from the file that DISCORD_BOT_TOKEN_FILE names. At the start,
    commands are registered if they changed since the last time.
    """
    if sync is not None and sync != "everywhere" and not sync.isdecimal():
        raise click.BadParameter("expected the id of a server, a number", param_hint="--sync")
    from bot.terminal.run_bot import start

    context.exit(start(_options(context), sync, log_format))


@main.command(
    examples=(
        "footnote doctor",
        "footnote doctor --fetch",
        "footnote --config /etc/footnote/config.toml doctor --service",
    )
)
@click.option(
    "--fetch", is_flag=True, help="Download the configured models first; no other option downloads anything."
)
@click.option("--service", is_flag=True, help="Check, too, that the systemd unit could run this.")
@json_option
@global_options
@click.pass_context
def doctor(context: click.Context, fetch: bool, service: bool, as_objects: bool) -> None:
    """Check the setup and explain how to fix problems.

    Configuration, articles, models, index and Discord bot are checked. With --service, so is that a user
    without a home can run this installation: a Python below /home or /root it cannot.
    """
    from bot.terminal.run_doctor import start

    context.exit(start(_options(context), fetch=fetch, service=service, as_objects=as_objects))


@main.command(
    examples=(
        "footnote feedback",
        "footnote feedback --json | jq -r '.[].note'",
        "footnote feedback --export judged.jsonl",
        "footnote feedback --forget 80351110224678912",
    )
)
@click.option(
    "--export",
    "target",
    type=click.File("w", encoding="utf-8", lazy=True),
    metavar="FILE",
    help="Write questions for `footnote eval` to FILE; - is stdout.",
)
@click.option(
    "--forget", type=click.IntRange(1), metavar="USER", help="Delete what the user with this Discord id said."
)
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
    from bot.feedback.store import Feedback
    from bot.terminal.feedback_list import entry_object, export_blocks, feedback_blocks, forgotten_blocks

    store = Feedback(_options(context).config().bot_directory)
    if forget is not None:
        count = store.forget(forget)
        _put(as_objects, {"deleted": count}, forgotten_blocks(count))
        return
    entries = store.list()
    if target is None:
        _put(as_objects, list(map(entry_object, entries)), feedback_blocks(entries, store.path))
        return
    result = export(entries)
    lines = result.lines  # raises before the file is opened, which would empty it
    target.write(lines)
    target.flush()
    if target.name == "-":
        log.info("left out: %s", result)  # stdout is the file's
    else:
        _put(as_objects, result.counts, export_blocks(result))


def _options(context: click.Context) -> GlobalOptions:
    return context.ensure_object(GlobalOptions)


def _put(as_objects: bool, value: Any, blocks: "Iterable[Block]") -> None:
    """Print a result: as JSON, or as a person reads it."""
    if as_objects:
        from bot.json_output import dump_for_stdout

        click.echo(dump_for_stdout(value))
    else:
        from bot.terminal.blocks import show

        show(blocks)
