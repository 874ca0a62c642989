"""File formats that articles may have, each with the function that reads it.

The parsers are imported when the first file of their format is read, because a question checks the corpus for
changes but reads no articles.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePath

from index.articles.document import Document
from index.errors import UnreadableFileError
from index.segmentation.characters import replace_surrogates

_TEXT = frozenset((".txt", ".text"))
_MARKDOWN = frozenset((".markdown", ".md", ".mdx"))
_RST = frozenset((".rst", ".rest"))
_TABLES = frozenset((".csv", ".tsv"))
_HTML = frozenset((".htm", ".html", ".xhtml"))
_CONVERTED = frozenset((".adoc", ".asciidoc", ".mediawiki", ".odt", ".org", ".pptx", ".wiki"))
# Formats whose parsers a small file can keep busy for minutes, or which are archives that a small file swells
_IN_OWN_PROCESS = frozenset((*_CONVERTED, ".docx", ".epub", ".pdf"))
SUFFIXES = frozenset((*_TEXT, *_MARKDOWN, *_RST, *_HTML, *_TABLES, *_IN_OWN_PROCESS, ".ipynb", ".rtf"))
"""Extensions of the files that are read whatever is in them, in lower case."""
_JSON = ".json"
# What a JSON file of DiscordChatExporter begins with: '{ "guild": {'
_DISCORD_EXPORT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"guild"\s*:\s*\{')


LARGE = 2**20
"""Size of a file, in bytes, from which on it is read in a process of its own."""


def file_suffix(file: str) -> str:
    """Return the suffix of a path as pathlib does, in a tenth of the time: a corpus may have many files."""
    name = file[file.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


def has_known_format(file: str | PurePath) -> bool:
    """Tell whether a file can be an article by its extension; of JSON, only the export of a chat can."""
    suffix = file_suffix(os.fspath(file)).lower()
    if suffix != _JSON or not Path(file).is_file():  # a pipe would never end
        return suffix in SUFFIXES
    try:
        with Path(file).open("rb") as opened:
            return _DISCORD_EXPORT.match(opened.read(256)) is not None
    except OSError:
        return False


def is_plain_text(file: PurePath) -> bool:
    """Tell whether the text of a file is shown as it is in the file."""
    return file.suffix.lower() in _TEXT


def read_document(file: Path) -> Document:
    """Read a file of a format of `has_known_format`, where it may do harm, in a process of its own.

    Raises UnreadableFileError, or what a third-party parser raises.
    """
    if file.suffix.lower() not in _IN_OWN_PROCESS and file.stat().st_size < LARGE:
        return parse_document(file)
    from index.articles.file_limits import read_within_limits

    return read_within_limits(file)


def parse_document(file: Path) -> Document:
    """Read a file of a format. Raises UnreadableFileError, or what a third-party parser raises."""
    from index.articles.chat_logs import with_speakers

    return with_speakers(_format(file.suffix.lower())(file))


def unreadable(error: Exception) -> UnreadableFileError:
    """Return what a parser raised as an error that says in one line why the file cannot be read."""
    if isinstance(error, UnreadableFileError):
        return error
    if isinstance(error, OSError):
        return UnreadableFileError(f"cannot be read: {error.strerror or error}")
    reason = " ".join([f"cannot be read: {type(error).__name__}:", *str(error).split()])
    return UnreadableFileError(replace_surrogates(reason[:200]).rstrip(":"))


def _format(suffix: str) -> Callable[[Path], Document]:
    if suffix in _HTML:
        return _read_html
    if suffix == ".pdf":
        from index.articles.pdf_text import read_pdf

        return read_pdf
    if suffix == ".rtf":
        from index.articles.rtf_text import read_rtf

        return read_rtf
    if suffix == ".epub":
        from index.articles.epub_text import read_epub

        return read_epub
    if suffix == ".ipynb":
        from index.articles.notebook_text import read_notebook

        return read_notebook
    if suffix == ".docx":
        from index.articles.converted_text import read_docx

        return read_docx
    if suffix in _CONVERTED:
        from index.articles.converted_text import read_converted

        return read_converted
    if suffix == _JSON:
        return _read_json
    if suffix in _TABLES:
        return _read_table
    if suffix in _RST:
        return _read_rst
    return _read_markdown if suffix in _MARKDOWN else _read_text


def _read_text(file: Path) -> Document:
    from index.articles.decoding import decode
    from index.articles.plain_text import read_plain_text

    return read_plain_text(decode(file.read_bytes()))


def _read_markdown(file: Path) -> Document:
    from index.articles.decoding import decode
    from index.articles.markdown_text import read_markdown

    return read_markdown(decode(file.read_bytes()), mdx=file.suffix.lower() == ".mdx")


def _read_rst(file: Path) -> Document:
    from index.articles.decoding import decode
    from index.articles.rst_text import read_rst

    return read_rst(decode(file.read_bytes()))


def _read_table(file: Path) -> Document:
    from index.articles.csv_text import read_csv
    from index.articles.decoding import decode

    delimiter = "\t" if file.suffix.lower() == ".tsv" else ""
    return read_csv(decode(file.read_bytes()), name=file.stem, delimiter=delimiter)


def _read_json(file: Path) -> Document:
    from index.articles.chat_json import read_discord_json

    return read_discord_json(file.read_bytes())


def _read_html(file: Path) -> Document:
    from index.articles.html_text import read_html

    return read_html(file.read_bytes())
