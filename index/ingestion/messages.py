"""What people wrote in a chat as articles: a message, or a question with its answer.

Of a chat's Markdown, the words are kept as the chat shows them. All else is text, whatever it looks like.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.articles.chat_markup import CODE, LINE_MARK, shown_line
from index.articles.corpus import CorpusFile, corpus_files
from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import Description, front_matter
from index.errors import IngestionError
from index.ingestion.corpus_changes import IngestionResult, Outcome, add_article, replace_article
from index.ingestion.markdown_writer import write_markdown
from index.ingestion.pages import read_facts, text_sha256
from index.ingestion.remaining_quota import RemainingQuota
from index.records import BlockKind
from index.segmentation.characters import CONTROLS, ZERO_WIDTH

ANSWERS, MESSAGES = "answers", "messages"
"""Folders of the corpus that answers and messages are kept in."""

# "1214380917260456000.md"
_ID = re.compile(r"[1-9][0-9]{0,19}\.md", re.ASCII)
_LONGEST_NAME = 80  # bytes of the name of an answer's file, without its ending
_LONGEST_TITLE = 80  # characters of a message's first line that are its title
_BULLET = re.compile(r"\s*[-*•]\s+(?=\S)")
_NUMBERED = re.compile(r"\s*\d{1,3}[.)]\s+\S")


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """An article that was made of the message with this `id`, and what is known of it."""

    file: CorpusFile
    id: int
    facts: Mapping[str, str]


def has_words(text: str) -> bool:
    """Tell whether an article can be made of a text."""
    return bool(_document(text).blocks)


def add_answer(
    corpus: Path,
    question: str,
    answer: str,
    *,
    published: str,
    url: str = "",
    author: str = "",
    quota: RemainingQuota | None = None,
) -> IngestionResult:
    """Add an article whose heading is the question; where one of that name is, beside it.

    Raises what `add_article` raises.
    """
    question = " ".join(_visible(question).split())
    values = {"title": question, "url": url, "published": published, "author": author}
    content = front_matter(values).encode() + b"\n" + write_markdown(_document(answer, question)).encode()
    name = _file_name(question)
    for number in range(1, 1_000):
        file = f"{ANSWERS}/{name}{'' if number == 1 else f'-{number}'}.md"
        try:
            return add_article(corpus, question, file, content, quota=quota)
        except IngestionError:  # another answer to it
            if not (corpus / file).exists():
                raise
    raise IngestionError(f"there are too many answers to {question!r}")


def add_message(
    corpus: Path,
    id_: int,
    text: str,
    *,
    published: str,
    url: str,
    updated: str = "",
    author: str = "",
    quota: RemainingQuota | None = None,
) -> IngestionResult:
    """Add a message as an article named by its id, or bring that up to date; `updated` is when it was edited.

    An article that a person changed stays as it is: raises IngestionError, and what `add_article` raises.
    """
    document = _document(text)
    body = write_markdown(document).encode()
    file = f"{MESSAGES}/{id_}.md"
    values = {
        "url": url,
        "title": _shortened(document.text.partition("\n")[0]),
        "published": published,
        "updated": updated,
        "author": author,
        "sha256": text_sha256(body),
    }
    path = corpus / file
    if not path.exists():
        try:
            return add_article(corpus, url, file, _with_values(values, body), quota=quota)
        except IngestionError:
            if not path.exists():
                raise
        # It was added at the same time.
    facts, digest = read_facts(path)
    if digest != facts.get("sha256"):
        raise IngestionError(f"{file} was changed by hand: it stays as it is")
    is_same = digest == values["sha256"]
    if is_same and facts.get("updated", "") == updated:
        return IngestionResult(url, Outcome.UNCHANGED, file, values["title"], url, None, "")
    content = _with_values({**facts, **values}, body)
    replaced = replace_article(corpus, url, file, content, quota=quota)
    return replace(replaced, outcome=Outcome.UNCHANGED) if is_same else replaced


def stored_messages(corpus: Path) -> list[StoredMessage]:
    """Return the messages that articles were made of. Raises ConfigurationError."""
    found = []
    for file in corpus_files(corpus):
        folder, _, name = file.file.partition("/")
        if folder == MESSAGES and _ID.fullmatch(name):
            facts, _ = read_facts(file.path)
            if {"url", "sha256"} <= facts.keys() and "fetched" not in facts:
                found.append(StoredMessage(file, int(file.path.stem), facts))
    return found


def _with_values(values: Mapping[str, str], body: bytes) -> bytes:
    return front_matter(values).encode() + b"\n" + body


def _document(text: str, heading: str = "") -> Document:
    """Return the blocks of what a person wrote, below a heading: paragraphs, lists and code."""
    builder = DocumentBuilder()
    builder.add(BlockKind.HEADING, heading, level=1)
    for number, part in enumerate(CODE.split(_visible(text))):
        if number % 2:
            builder.add(BlockKind.CODE, part)
        else:
            _add_lines(builder, part)
    return builder.document(Description())


def _visible(text: str) -> str:
    return ZERO_WIDTH.sub("", CONTROLS.sub(" ", text))


def _add_lines(builder: DocumentBuilder, text: str) -> None:
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        bullet = _BULLET.match(line)
        is_item = bullet is not None or _NUMBERED.match(line) is not None
        if is_item or not line.strip():
            builder.add(BlockKind.PARAGRAPH, "\n".join(paragraph))
            paragraph = []
        if is_item:
            builder.add(BlockKind.LIST_ITEM, shown_line(line[bullet.end() if bullet else 0 :]), level=1)
        elif line.strip():
            paragraph.append(shown_line(LINE_MARK.sub("", line)))


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST_TITLE:
        return line
    words, _, cut = line[:_LONGEST_TITLE].rpartition(" ")
    return f"{words.rstrip() or cut}…"


def _file_name(question: str) -> str:
    name = "-".join(re.findall(r"[^\W_]+", question.casefold()))
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore").strip("-") or "answer"
