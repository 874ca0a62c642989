"""Commands that answer questions: `ask` and `chat`."""

import logging
import sys
from typing import IO, TYPE_CHECKING

import click

from bot.terminal.command_group import FAILED, UNANSWERED, Command, global_options
from bot.terminal.commands.options import (
    article_option,
    json_option,
    options_of,
    put,
    server_option,
    top_k_option,
    write_option,
    writer_of,
)

if TYPE_CHECKING:
    from bot.terminal.blocks import TextBlock, TextTable

log = logging.getLogger(__name__)

LONGEST_QUESTION = 1024 * 1024
"""Bytes of the longest question that is read from stdin."""


@click.command(
    cls=Command,
    examples=(
        "footnote ask 'Who confirmed the strike?'",
        "footnote ask --article coalition-strikes-near-al-tanf 'When did ISIS attack?'",
        "footnote ask --json --top-k 1 'What was the convoy made up of?' | jq .answer",
        'footnote ask "What did the Pentagon\'s spokesman confirm?"',
        "footnote ask --explain 'When did ISIS attack?'",
        "footnote ask --write 'How does the coalition protect Al Tanf?'",
        "footnote ask - < question.txt",
        "footnote ask --batch questions.jsonl > answers.jsonl",
    ),
)
@click.argument("question", nargs=-1)
@click.option("--batch", type=click.File("rb"), metavar="FILE", help="Answer each line of FILE; - is stdin.")
@article_option
@top_k_option
@click.option("--explain", is_flag=True, help="Say why the answer came out as it did.")
@write_option
@server_option
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
    writes: bool | None,
    as_objects: bool,
) -> None:
    """Answer QUESTION, and cite the sentences that say so.

    The percentage behind a source is an estimate of how likely its sentence answers the question: of many
    at 80 %, about 80 in 100 do. Below `threshold`, 38 % unless configured, no answer is given; from
    `maybe_threshold` on, 30 %, the sentence is shown with "Not sure, but this may be it".

    Put the question in quotes, double ones if it holds an apostrophe; one that starts with a dash goes
    after --. A QUESTION of - is read from stdin, and so is one that is piped in: all its lines are one
    question. Exits with 3 if the articles do not say; sentences that may help are listed all the same.

    With --write, the language model that is configured joins the cited sentences. What it writes is printed
    below the answer, with the numbers of its sources, each sentence once it is checked; one that its sources
    do not say is struck.

    With --batch, each line in is an object {"id", "question", "article"?}, and each line out the answer to it
    with its "id", or {"id", "error"}; if there is any error, the exit code is 1.
    """
    if question and batch is not None:
        raise click.UsageError("Give either a QUESTION or --batch FILE, not both.")
    if explain and batch is not None:
        raise click.UsageError("--explain goes with a QUESTION, not with --batch.")
    from bot import json_output
    from bot.terminal.opening import open_library
    from index.records import clean_question

    if batch is None:
        words = " ".join(question) if question and question != ("-",) else _read_question(bool(question))
        text = clean_question(words)  # an empty one fails before an index is built for it
        config = options_of(context).config()
        writer = writer_of(config, writes)
        library = open_library(config)
        answer = library.ask(text, article=article, top_k=top_k)
        from bot.terminal.layouts import answer_blocks

        value = json_output.answer_object(answer)
        blocks: list[TextBlock | TextTable] = [*answer_blocks(answer, config.answer.contact)]
        if explain:
            from bot.terminal.explanation import explanation_blocks

            why = library.explain(text, article=article, top_k=top_k)
            least = config.answer.threshold
            limits = least, config.answer.maybe_from(least)
            value["explanation"] = json_output.explanation_object(why, answer, *limits)
            blocks += explanation_blocks(why, answer, *limits)
        if writer and as_objects:
            value["written"] = json_output.written_object(writer.write_whole(answer))
        put(as_objects, value, blocks)
        if writer and not as_objects:
            from bot.terminal.written import show_written

            show_written(writer, answer)
        if not answer.answerable:
            context.exit(UNANSWERED)
        return

    from bot.terminal.batch import answers

    config = options_of(context).config()
    writer = writer_of(config, writes)
    library = open_library(config)
    if article is not None:
        library.article(article)  # an unknown one fails here, not on every line
    failed = False
    for reply in answers(library, batch, article=article, top_k=top_k, writer=writer):
        click.echo(json_output.dump(reply, sys.stdout.encoding))
        failed |= "error" in reply
    if failed:
        context.exit(FAILED)


def _read_question(is_named: bool) -> str:
    """Read the lines of a question from stdin: from a terminal only if it `is_named` as `-`."""
    missing = click.UsageError("Give a QUESTION, - to read it from stdin, or --batch FILE.")
    if sys.stdin.isatty():
        if not is_named:
            raise missing
        log.info("Type the question; Ctrl-D on a line of its own ends it.")
    data = sys.stdin.buffer.read(LONGEST_QUESTION + 1)
    if len(data) > LONGEST_QUESTION:
        raise click.UsageError(f"The question is longer than {LONGEST_QUESTION} bytes; --batch asks several.")
    text = data.decode("utf-8-sig", "replace")
    if not (is_named or text.strip()):
        raise missing
    return " ".join(text.split())


@click.command(
    cls=Command,
    examples=(
        "footnote chat",
        "footnote chat --article coalition-strikes-near-al-tanf",
        "footnote chat --json < questions.txt",
    ),
)
@article_option
@top_k_option
@write_option
@server_option
@json_option
@global_options
@click.pass_context
def chat(
    context: click.Context, article: str | None, top_k: int | None, writes: bool | None, as_objects: bool
) -> None:
    """Ask question after question, with history and completion.

    A question that goes on from the last one ("and in winter?") is asked with its subject. "more" shows
    further sentences; /help lists the commands; Tab completes them and the ids of articles. Lines piped in
    are taken as typed.

    What is typed is kept for the arrow keys in a file that only you can read, on Linux
    ~/.local/state/footnote/history; with `history = false` below [chat] in the configuration, nowhere.
    """
    from bot.terminal.chat import Chat, history_file, piped_lines, typed_lines
    from bot.terminal.opening import open_library

    config = options_of(context).config()
    writer = writer_of(config, writes)
    session = Chat(config, open_library(config), as_objects=as_objects, top_k=top_k, writer=writer)
    if article is not None:
        session.narrow(article)
    if sys.stdin.isatty():
        log.info("Ask away; /help lists the commands, Ctrl-D leaves.")
        session.run(typed_lines(session, history_file(config)))
    else:
        session.run(piped_lines())
