"""Chat: question after question in one process, at a prompt with history and completion or from a pipe."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import json_output
from bot.config import BotConfig
from bot.remedies import remedy_for
from bot.terminal.blocks import BLANK_LINE, Block, show
from bot.terminal.command_group import complain
from bot.terminal.layouts import answer_blocks, article_blocks, citation_blocks, list_blocks
from bot.terminal.opening import update_library
from bot.wording import error_message, safe
from index.errors import FootnoteError
from index.library import Library

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document

log = logging.getLogger(__name__)

HELP = """\
Type a question, or:
  more           further sentences on the last question
  /article ID    ask this article only; /article alone asks all again
  /articles      what is in the library
  /show ID       one article with its sentences numbered
  /help          this help
  /quit          leave (Ctrl-D too)"""


class Chat:
    """One conversation: the article that questions are narrowed to, and the last question."""

    def __init__(
        self, config: BotConfig, library: Library, *, as_objects: bool, top_k: int | None = None
    ) -> None:
        self.library = library
        self.article: str | None = None
        self._config = config
        self._as_objects = as_objects
        self._top_k = top_k or config.answer.citations
        self._printed = False
        self._last: tuple[str, str | None, int] | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "/article": self.narrow,
            "/articles": self._list,
            "/show": self._show,
            "/help": lambda _: click.echo(HELP, err=self._as_objects),
        }

    @property
    def commands(self) -> list[str]:
        """The commands, as they are typed."""
        return [*self._commands, "/quit"]

    def run(self, lines: Iterable[str]) -> None:
        """Run each line as a question or a command until `/quit` or the end; an error ends only its line."""
        for line in lines:
            entry = line.strip()
            if entry in ("/quit", "/exit"):
                return
            if not entry:
                continue
            try:
                self._run_entry(entry)
            except FootnoteError as error:
                complain(error.message, remedy_for(error))
            sys.stdout.flush()

    def narrow(self, article: str) -> None:
        """Ask only `article` from now on, or all articles if it is empty. Raises UnknownArticleError."""
        self.article = self.library.article(article).id if article else None
        log.info("Asking %s.", f"the article {self.article} only" if self.article else "all articles")

    def _run_entry(self, entry: str) -> None:
        try:
            self.library = update_library(self._config, self.library)
        except OSError as error:  # the articles cannot be read now; an error of stdout ends the chat
            raise FootnoteError(error_message(error)) from error
        name, _, rest = entry.partition(" ")
        if name in self._commands:
            self._commands[name](rest.strip())
        elif name.startswith("/"):
            complain(f"there is no command {name}", "/help lists them")
        elif entry.lower() == "more":
            self._more()
        else:
            self._ask(entry)

    def _ask(self, question: str) -> None:
        answer = self.library.ask(question, article=self.article, top_k=self._top_k)
        self._last = (question, self.article, len(answer.citations))
        self._put(json_output.answer_object(answer), answer_blocks(answer), spaced=True)

    def _more(self) -> None:
        if self._last is None:
            complain("no question has been asked yet")
            return
        question, article, shown = self._last
        answer = self.library.ask(question, article=article, top_k=shown + self._top_k)
        further = answer.citations[shown:]
        if not further:
            log.info("There are no further sentences.")
        self._last = (question, article, len(answer.citations))
        self._put(json_output.answer_object(answer), citation_blocks(further), spaced=True)

    def _list(self, _: str) -> None:
        articles = self.library.articles()
        self._put([json_output.info_object(info) for info in articles], list_blocks(articles))

    def _show(self, identity: str) -> None:
        identity = identity or self.article or ""
        article, sentences = self.library.article(identity), self.library.sentences(identity)
        self._put(json_output.article_object(article, sentences), article_blocks(article, sentences))

    def _put(self, value: Any, drawn: Sequence[Block], spaced: bool = False) -> None:
        """Print JSON, or blocks: `spaced` from the prompts of a terminal, and from each other in a pipe."""
        if self._as_objects:
            click.echo(json_output.dump(value, sys.stdout.encoding))
        elif not drawn:
            return
        elif sys.stdout.isatty():
            show([BLANK_LINE, *drawn, BLANK_LINE] if spaced else drawn)
        else:
            show([BLANK_LINE, *drawn] if self._printed else drawn)
            self._printed = True


def piped_lines() -> Iterator[str]:
    """Yield the lines of stdin, as they come; bytes that are not UTF-8 become U+FFFD."""
    for data in sys.stdin.buffer:
        yield data.decode("utf-8", "replace")


def typed_lines(chat: Chat, history: Path) -> Iterator[str]:
    """Yield the lines typed at a prompt on stderr, until Ctrl-D; the file `history` stores them.

    Ctrl-C gives up the line that is being typed; with nothing typed it raises KeyboardInterrupt.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.output import create_output

    class Completions(Completer):
        def get_completions(
            self, document: "Document", complete_event: "CompleteEvent"
        ) -> "Iterator[Completion]":
            return completions(chat, document.text_before_cursor)

    stored: History
    try:
        history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        history.touch(0o600)
        stored = FileHistory(str(history))
    except OSError as error:
        log.warning("The history cannot be stored: %s", error)
        stored = InMemoryHistory()
    session: PromptSession[str] = PromptSession(
        history=stored,
        completer=Completions(),
        complete_while_typing=False,
        output=create_output(stdout=sys.stderr),
    )
    while True:
        try:
            yield session.prompt(f"{safe(chat.article)}> " if chat.article else "> ")
        except EOFError:
            return
        except KeyboardInterrupt:
            if not session.default_buffer.text:
                raise


def completions(chat: Chat, before: str) -> "Iterator[Completion]":
    """Yield completions of the word that is being typed: a command, or an article's id after one."""
    from prompt_toolkit.completion import Completion

    name, space, word = before.partition(" ")
    if name in ("/article", "/show") and space:
        for info in chat.library.articles(beginning=word):
            yield Completion(info.id, -len(word), display=safe(info.id), display_meta=safe(info.title))
    elif before.startswith("/") and not space:
        for command in chat.commands:
            if command.startswith(before):
                yield Completion(command, -len(before))
