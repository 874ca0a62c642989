"""Markdown: the text without its marks, block by block."""

from index.articles.document import Document
from index.articles.plain_text import read_plain_text


def read_markdown(content: str) -> Document:
    """Return the document in the content of a Markdown file."""
    return read_plain_text(content)
