"""What a language model wrote, in the terminal: each sentence as soon as it is checked."""

import logging
import sys
from collections.abc import Iterator

from bot.terminal.blocks import BLANK_LINE, StyledText, TextBlock, show
from bot.wording import count_with_noun, safe
from bot.writer import Writer, explained_failure, numbered_as_shown
from index.records import Answer
from index.writing.written_answer import WrittenAnswer, WrittenSentence

STRUCK = "Struck: "
"""Stands before a struck sentence: no style tells it apart in a pipe, or to those who listen."""

log = logging.getLogger(__name__)


def show_written(writer: Writer, answer: Answer, *, blank_line: bool = True) -> None:
    """Print what the model writes about an answer that is printed above; `blank_line` stands between.

    Struck sentences are named as such, and counted. A failure is a warning.
    """
    if not answer.answerable:
        return
    sys.stdout.flush()
    log.info("%s writes …", safe(writer.model))
    opening = [BLANK_LINE] if blank_line else []
    for event in writer.write(numbered_as_shown(answer)):
        if isinstance(event, WrittenAnswer):
            if ending := _ending_blocks(event):
                show([*opening, *ending])
            if problem := explained_failure(event):
                log.warning("%s", problem)
        else:
            if opening:
                show(opening)
                opening = []
            show([_sentence_block(event)])
            sys.stdout.flush()


def _sentence_block(sentence: WrittenSentence) -> TextBlock:
    if sentence.supported:
        return TextBlock((StyledText(safe(sentence.text)), StyledText(f" {sentence.footnotes}", "aside")))
    return TextBlock((StyledText(safe(sentence.text), "struck"),), STRUCK, "aside")


def _ending_blocks(written: WrittenAnswer) -> list[TextBlock]:
    return [TextBlock((StyledText(line, "aside"),)) for line in _ending_lines(written)]


def _ending_lines(written: WrittenAnswer) -> Iterator[str]:
    """Yield what is to be said below the sentences."""
    model = safe(written.model)
    if written.declined:
        yield f"{model} finds no answer in these sentences; the answer above stands."
    elif written.struck and not written.text:
        yield f"Nothing that {model} wrote stands in these sentences; the answer above stands."
    elif written.struck:
        verb = "was" if written.struck == 1 else "were"
        yield f"{count_with_noun(written.struck, 'sentence')} {verb} struck: the sources do not say so."
