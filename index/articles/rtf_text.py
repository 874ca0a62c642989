"""RTF: the text of the file, without its formatting, and without hidden and struck text."""

import re
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
# Words that stand for characters
_CHARACTERS = frozenset(
    "bullet cell emdash emspace endash enspace ldblquote line lquote qmspace rdblquote rquote tab u".split()
)


def read_rtf(file: Path) -> Document:
    """Return the document in an RTF file. Raises UnreadableFileError for a file of another format."""
    data = file.read_bytes()
    if not data.lstrip().startswith(rb"{\rtf"):
        raise UnreadableFileError("is not an RTF file")
    seen = _without_unseen(data.decode("latin-1"))
    return read_plain_text(normalise_text(rtf_to_text(seen, errors="ignore")))


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
