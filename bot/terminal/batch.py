"""Questions as lines of JSON in, answers as lines of JSON out, in order, whatever a line holds."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from bot.json_output import answer_object
from index.errors import FootnoteError
from index.library import Library

LONGEST = 4 * 1024 * 1024
"""Bytes of the longest line that is read."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that asks nothing: its `id`, where it has one, and what is wrong."""

    id: Any
    error: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that asks a question."""

    id: str | int | float
    question: str
    article: str | None


def answers(
    library: Library, stream: IO[bytes], *, article: str | None = None, top_k: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield one object for each line of `stream`, in order: the answer, or `{"id", "error"}`.

    Blank lines are passed over. `article` narrows the questions whose line names no article.
    """
    for number, data in _numbered(stream):
        line = parse(number, data)
        if isinstance(line, BadLine):
            yield {"id": line.id, "error": line.error}
            continue
        try:
            answer = library.ask(line.question, article=line.article or article, top_k=top_k)
        except FootnoteError as error:
            yield {"id": line.id, "error": f"line {number}: {error.message}"}
        else:
            yield {"id": line.id, **answer_object(answer)}


def parse(number: int, data: bytes | None) -> Line | BadLine:
    """Read line `number`; None stands for a line that was too long to read."""
    where = f"line {number}"
    if data is None:
        return BadLine(None, f"{where}: longer than {LONGEST} bytes")
    try:
        value = json.loads(data.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return BadLine(None, f"{where}: not UTF-8")
    except (ValueError, RecursionError):
        return BadLine(None, f"{where}: not JSON")
    if not isinstance(value, dict):
        return BadLine(None, f'{where}: not an object with "id" and "question"')
    identity = value.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int | float) or _is_infinite(identity):
        return BadLine(None, f'{where}: "id" must be a string or a number')
    question, narrowed = value.get("question"), value.get("article")
    if not isinstance(question, str):
        return BadLine(identity, f'{where}: "question" must be a string')
    if not isinstance(narrowed, str | None):
        return BadLine(identity, f'{where}: "article" must be a string')
    if _has_surrogates(question) or (narrowed and _has_surrogates(narrowed)):
        return BadLine(identity, f"{where}: holds half a surrogate pair, which is not text")
    return Line(identity, question, narrowed)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_infinite(number: str | int | float) -> bool:
    return isinstance(number, float) and math.isinf(number)  # 1e999 is valid JSON


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _numbered(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank with their numbers from 1, None for one that is too long."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST)
            yield number, None
        elif line.strip():
            yield number, line
