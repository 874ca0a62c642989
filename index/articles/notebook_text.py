"""Jupyter notebooks: their Markdown, their code and what it printed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.articles.decoding import decode
from index.articles.document import Document
from index.articles.markdown_text import read_markdown
from index.errors import UnreadableFileError
from index.segmentation.characters import replace_surrogates

_FENCE = re.compile(r"`{3,}")


def read_notebook(file: Path) -> Document:
    """Return the document in a notebook. Raises UnreadableFileError for a file of another format."""
    try:
        notebook = json.loads(decode(file.read_bytes()))
    except (ValueError, RecursionError):
        raise UnreadableFileError("is not a notebook (no JSON)") from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise UnreadableFileError("is not a notebook")
    return read_markdown("\n\n".join(_markdown(notebook)))


def _markdown(notebook: dict[str, Any]) -> Iterator[str]:
    """Yield the cells of a notebook as Markdown."""
    for cell in _cells(notebook):
        kind, source = cell.get("cell_type"), _text(cell.get("source", cell.get("input")))
        if kind == "markdown":
            is_open = source.rfind("<!--") > source.rfind("-->")
            yield f"{source}\n\n-->" if is_open else source  # a comment ends with its cell
        elif kind == "heading":  # of notebooks before version 4
            yield f"{'#' * _level(cell.get('level'))} {source}"
        elif kind == "code":
            yield _fenced(source)
            for output in _objects(cell.get("outputs")):
                data = output.get("data")
                shown = output.get("text") or (data.get("text/plain") if isinstance(data, dict) else None)
                if shown and output.get("output_type") not in ("error", "pyerr"):
                    yield _fenced(_text(shown))


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for sheet in (notebook, *_objects(notebook.get("worksheets"))):
        yield from _objects(sheet.get("cells"))


def _objects(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _text(source: object) -> str:
    lines = source if isinstance(source, list) else [source]
    return replace_surrogates("".join(line for line in lines if isinstance(line, str)))


def _level(level: object) -> int:
    return level if isinstance(level, int) and 1 <= level <= 6 else 1


def _fenced(code: str) -> str:
    longest = max(map(len, _FENCE.findall(code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{code}\n{fence}"
