"""RTF: the text of the file, without its formatting, and without hidden and struck text.

A footnote becomes a paragraph below the one that it belongs to.
"""

import re
from itertools import pairwise
from pathlib import Path

from striprtf.striprtf import rtf_to_text  # type: ignore[import-untyped]

from index.articles.decoding import normalise_text
from index.articles.document import Document
from index.articles.plain_text import read_plain_text
from index.errors import UnreadableFileError

# "\v0 " and "\'e9" and "\*" and "{" and text
_TOKEN = re.compile(
    r"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'[0-9a-f]{2}|\\[^a-z]|[{}]|[^\\{}]+", re.I
)
_UNSEEN = frozenset(("v", "strike", "striked", "deleted"))
_CELL_END = re.compile(r"\\par\s*(\}?\s*\\cell\b)")  # the end of a paragraph that ends a cell
_MOST_GOING_ON = 5  # lines for each that begins with a small letter
# Words that stand for characters
_CHARACTERS = frozenset(
    "bullet cell emdash emspace endash enspace ldblquote line lquote qmspace rdblquote rquote tab u".split()
)


def read_rtf(file: Path) -> Document:
    """Return the document in an RTF file. Raises UnreadableFileError for a file of another format."""
    data = file.read_bytes()
    if not data.lstrip().startswith(rb"{\rtf"):
        raise UnreadableFileError("is not an RTF file")
    seen = _CELL_END.sub(r"\1", _with_notes_below(_without_unseen(data.decode("latin-1"))))
    text = rtf_to_text(seen, errors="ignore").encode("utf-16", "surrogatepass")  # each half of an emoji
    return read_plain_text(_with_paragraphs(normalise_text(text.decode("utf-16", "replace"))))


def _with_paragraphs(text: str) -> str:
    """Return a text whose lines are paragraphs with empty lines between them; rows of a table stay together.

    If many lines go on with the one above, they are those of a text that was wrapped by hand, and stay.
    """
    lines = text.split("\n")
    going_on = sum(line[:1].islower() for line in lines)
    if _MOST_GOING_ON * going_on > len(list(filter(None, lines))):
        return text
    parted = lines[:1]
    for above, line in pairwise(lines):
        is_parted = not above or not line or any(mark in above and mark in line for mark in "|\t")
        parted += [line] if is_parted else ["", line]
    return "\n".join(parted)


def _with_notes_below(rtf: str) -> str:
    """Return the source of a file with each footnote as a paragraph below the one that it stands in."""
    if "\\footnote" not in rtf:
        return rtf
    kept: list[str] = []
    notes: list[str] = []
    depth = note_depth = 0
    for token in _TOKEN.finditer(rtf):
        depth += token[0] == "{"
        if token["word"] == "footnote":
            note_depth = depth
            notes.append("\\par {")
        elif note_depth:
            notes.append(" " if token["word"] in ("par", "line") else token[0])
        else:
            if token["word"] == "par" or (token[0] == "}" and depth == 1):
                kept += notes
                notes = []
            kept.append(token[0])
        depth -= token[0] == "}"
        if depth < note_depth:
            note_depth = 0
            kept.append("}")
    return "".join(kept + notes)


def _without_unseen(rtf: str) -> str:
    """Return the source of a file without the characters that are hidden, struck or deleted."""
    kept: list[str] = []
    unseen: frozenset[str] = frozenset()
    around: list[frozenset[str]] = []
    for token in _TOKEN.finditer(rtf):
        word = token["word"]
        if token[0] == "{":
            around.append(unseen)
        elif token[0] == "}":
            unseen = around.pop() if around else frozenset()
        elif word == "plain":
            unseen = frozenset()
        elif word in _UNSEEN:
            unseen = unseen - {word} if token["number"] == "0" else unseen | {word}
        elif unseen and (word in _CHARACTERS or (word is None and token[0] != "\\*")):
            continue
        kept.append(token[0])
    return "".join(kept)
