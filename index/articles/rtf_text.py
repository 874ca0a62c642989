"""RTF: the text of the file, without its formatting."""

from pathlib import Path

from striprtf.striprtf import rtf_to_text  # type: ignore[import-untyped]

from index.articles.decoding import normalise_text
from index.articles.document import Document
from index.articles.plain_text import read_plain_text
from index.errors import UnreadableFileError


def read_rtf(file: Path) -> Document:
    """Return the document in an RTF file. Raises UnreadableFileError for a file of another format."""
    data = file.read_bytes()
    if not data.lstrip().startswith(rb"{\rtf"):
        raise UnreadableFileError("is not an RTF file")
    return read_plain_text(normalise_text(rtf_to_text(data.decode("latin-1"), errors="ignore")))
