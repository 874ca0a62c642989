"""Chat: question after question in one process, at a prompt with history and completion or from a pipe."""

import logging
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import json_output
from bot.config import BotConfig
from bot.follow_ups import MOST_TURNS, Turn
from bot.remedies import remedy_for
from bot.rewriting import REWRITE_WITHIN, Rewriter, completed
from bot.shown_citations import shown_citations
from bot.small_talk import SmallTalk, recognise
from bot.terminal.blocks import BLANK_LINE, StyledText, TextBlock, show
from bot.terminal.command_group import complain
from bot.terminal.layouts import answer_blocks, article_blocks, citation_blocks, list_blocks
from bot.terminal.opening import update_library
from bot.wording import count_with_noun, error_message, safe
from index.errors import FootnoteError, Reason
from index.library import Library
from index.records import Answer, Citation
from index.segmentation.characters import escape_unseen
from index.segmentation.search_terms import fold

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document

    from bot.writer import Writer

log = logging.getLogger(__name__)

HELP = """\
Type a question. One that goes on from the last ("and in winter?") is asked with its subject. Or:
  more              further sentences on the last question
  /article [ID]     ask this article only; /article alone asks all again
  /articles [WORDS] what is in the library, or what of it holds these words
  /show [ID]        one article with its sentences numbered; alone, the one of /article
  /write            have the language model write below each answer, or no longer
  /help             this help
  /quit             leave (Ctrl-D, exit and bye do so, too)"""

_REMEDIES = {
    Reason.UNKNOWN_ARTICLE: "/articles lists all ids; /articles WORDS finds some.",
    Reason.EMPTY_QUESTION: "Type a question, or /help.",
}
_MORE = re.compile(r"(?:show |give )?(?:me )?(?:some )?more(?: please)?[.!]*", re.IGNORECASE)
_LEAVE = ("/quit", "/exit", "/bye", "/q")


Place = tuple[str, int]
"""Where a citation stands: the id of its article, and its offset there."""


@dataclass(frozen=True, slots=True)
class _LastQuestion:
    """The last question as it was looked up, the article that it was narrowed to, and what was shown."""

    question: str
    article: str | None
    shown: tuple[Place, ...]


class Chat:
    """One conversation: the article that questions are narrowed to, and the last turns.

    If there is a `writer`, its model has `rewrite_within` seconds to put a follow-up in full.
    """

    def __init__(
        self,
        config: BotConfig,
        library: Library,
        *,
        as_objects: bool,
        top_k: int | None = None,
        writer: "Writer | None" = None,
        rewrite_within: float = REWRITE_WITHIN,
    ) -> None:
        self.library = library
        self.article: str | None = None
        self._config = config
        self._as_objects = as_objects
        self._top_k = top_k or config.answer.citations
        self._writer = writer
        self._rewrite_within = rewrite_within
        self._printed = False
        self._last: _LastQuestion | None = None
        self._turns: deque[Turn] = deque(maxlen=MOST_TURNS)
        self._commands: dict[str, Callable[[str], None]] = {
            "/article": self.narrow,
            "/articles": self._list,
            "/show": self._show,
            "/more": lambda _: self._more(),
            "/write": lambda _: self._toggle_writing(),
            "/help": lambda _: self._say(HELP),
        }

    @property
    def commands(self) -> list[str]:
        """The commands, as they are typed."""
        return [*self._commands, "/quit"]

    def run(self, lines: Iterable[str]) -> None:
        """Run each line as a question or a command until `/quit` or the end; an error ends only its line."""
        for line in lines:
            entry = line.strip()
            talk = recognise(entry)
            if talk is SmallTalk.GOODBYE or entry.partition(" ")[0] in _LEAVE:
                return
            if not entry:
                continue
            try:
                self._run_entry(entry, talk)
            except FootnoteError as error:
                complain(error.message, _REMEDIES.get(error.reason) or remedy_for(error))
            sys.stdout.flush()

    def narrow(self, article: str) -> None:
        """Ask only `article` from now on, or all articles if it is empty. Raises UnknownArticleError.

        No question goes on from an answer of another article: "it" is not what that one was about.
        """
        self.article = self.library.article(article).id if article else None
        if self.article and self._last and self.article not in (id_ for id_, _ in self._last.shown[:1]):
            self._turns.clear()
        log.info(
            "Asking %s.",
            f"the article {escape_unseen(self.article)} only" if self.article else "all articles",
        )

    def _run_entry(self, entry: str, talk: SmallTalk | None) -> None:
        try:
            self.library = update_library(self._config, self.library)
        except OSError as error:  # the articles cannot be read now; an error of stdout ends the chat
            raise FootnoteError(error_message(error)) from error
        name, _, rest = entry.partition(" ")
        if name in self._commands:
            self._commands[name](rest.strip())
        elif name.startswith("/"):
            complain(f"there is no command {name:.40}", "/help lists the commands.")
        elif _MORE.fullmatch(entry):
            self._more()
        elif talk is not None:
            self._reply(talk)
        else:
            self._ask(entry)

    def _reply(self, talk: SmallTalk) -> None:
        """Reply to what is no question about the articles."""
        if talk is SmallTalk.THANKS:
            self._say("You're welcome.")
            return
        articles = count_with_noun(len(self.library.titles), "article")
        greeting = "Hello. " if talk is SmallTalk.GREETING else ""
        self._say(f"{greeting}I answer questions from {articles}, and show the sentences that say so.")
        self._say(HELP if talk is SmallTalk.HELP else "/articles lists them, /help says what else there is.")

    def _ask(self, question: str) -> None:
        """Answer a question; one that goes on from the one before is asked together with its subject."""
        writer = self._writer
        rewriter = Rewriter(writer.language_model, self._rewrite_within) if writer else None
        goes_on = completed(question, tuple(self._turns), rewriter)
        answer = self._look_up(goes_on.question if goes_on else question)
        if goes_on and goes_on.is_complete and not answer.answerable:
            alone = self._look_up(question)
            if alone.answerable:
                goes_on, answer = None, alone
        self._turns.append(Turn(answer.read_as or answer.question, answer.answer))
        self._put_answer(answer, as_asked=goes_on is None)

    def _look_up(self, question: str) -> Answer:
        return self.library.ask(question, article=self.article, top_k=self._top_k)

    def _put_answer(self, answer: Answer, *, as_asked: bool = True) -> None:
        shown = answer.citations if self._as_objects else shown_citations(answer)
        self._last = _LastQuestion(answer.question, self.article, tuple(map(_place, shown)))
        asked = [] if as_asked else [TextBlock((StyledText(f"Asked as: {safe(answer.question)}", "aside"),))]
        value = json_output.answer_object(answer)
        if self._writer and self._as_objects:
            value["written"] = json_output.written_object(self._writer.write_whole(answer))
        self._put(value, [*asked, *answer_blocks(answer, self._config.answer.contact)], spaced=True)
        if self._writer and not self._as_objects and answer.answerable:
            from bot.terminal.written import show_written

            show_written(self._writer, answer, blank_line=not sys.stdout.isatty())
            if sys.stdout.isatty():
                show([BLANK_LINE])

    def _toggle_writing(self) -> None:
        """Have answers written from now on, or no longer. Raises ConfigurationError if no model is named."""
        if self._writer:
            self._writer = None
            self._say("Answers are no longer written.")
            return
        from bot.writer import Writer

        self._writer = Writer(self._config)
        self._say(f"{safe(self._writer.model)} writes below each answer; /write again ends that.")

    def _more(self) -> None:
        """Show further sentences on the last question, or ask it again if other articles are asked now."""
        last = self._last
        if last is None:
            complain("no question has been asked yet", "Ask one; more shows further sentences on it.")
            return
        if last.article != self.article:
            self._put_answer(self._look_up(last.question), as_asked=False)
            return
        count = len(last.shown) + self._top_k
        answer = self.library.ask(last.question, article=last.article, top_k=count)
        further = [citation for citation in answer.citations if _place(citation) not in last.shown]
        if not further:
            log.info("There are no further sentences.")
        numbered = [replace(citation, number=n) for n, citation in enumerate(further, len(last.shown) + 1)]
        self._last = replace(last, shown=(*last.shown, *map(_place, further)))
        self._put(json_output.answer_object(answer), citation_blocks(numbered), spaced=True)

    def _list(self, words: str) -> None:
        """List the articles, or those whose ids or titles hold all `words`, else those like them."""
        articles = self.library.articles()
        if words:
            wanted = fold(words).split()
            holding = [
                row for row in articles if all(word in fold(f"{row.id} {row.title}") for word in wanted)
            ]
            articles = holding or self.library.titles.search(words)
            if not articles:
                complain(f"no article's title or id is like {words:.60}", "/articles lists all.")
        self._put([json_output.info_object(info) for info in articles], list_blocks(articles))

    def _show(self, identity: str) -> None:
        identity = identity or self.article or ""
        if not identity:
            complain("no article is named", "/show ID shows one; /articles lists all ids.")
            return
        article, sentences = self.library.article(identity), self.library.sentences(identity)
        self._put(json_output.article_object(article, sentences), article_blocks(article, sentences))

    def _say(self, text: str) -> None:
        """Say something that is no data."""
        click.echo(text, err=self._as_objects)

    def _put(self, value: Any, drawn: Sequence[TextBlock], spaced: bool = False) -> None:
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


def _place(citation: Citation) -> Place:
    return citation.article.id, citation.start


def history_file(config: BotConfig) -> Path | None:
    """Return the file that keeps what is typed, below the user's state folder; None if none is to be kept."""
    import platformdirs

    return platformdirs.user_state_path("footnote") / "history" if config.chat.history else None


def piped_lines() -> Iterator[str]:
    """Yield the lines of stdin, as they come; bytes that are not UTF-8 become U+FFFD."""
    for data in sys.stdin.buffer:
        yield data.decode("utf-8", "replace")


def typed_lines(chat: Chat, history: Path | None) -> Iterator[str]:
    """Yield the lines typed at a prompt on stderr, until Ctrl-D; the file `history`, if any, stores them.

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

    stored: History = InMemoryHistory()
    if history is not None:
        try:
            history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            history.touch(0o600)
            stored = FileHistory(str(history))
        except OSError as error:
            log.warning("The history cannot be stored: %s", error)
    session: PromptSession[str] = PromptSession(
        history=stored,
        completer=Completions(),
        complete_while_typing=False,
        output=create_output(stdout=sys.stderr),
    )
    while True:
        try:
            yield session.prompt(f"{escape_unseen(chat.article)}> " if chat.article else "> ")
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
            yield Completion(
                info.id, -len(word), display=escape_unseen(info.id), display_meta=safe(info.title)
            )
    elif before.startswith("/") and not space:
        for command in chat.commands:
            if command.startswith(before):
                yield Completion(command, -len(before))
