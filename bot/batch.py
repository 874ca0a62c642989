"""Questions as lines of JSON in, answers as lines of JSON out, in order, whatever a line holds."""

import json
import math
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from bot.as_json import answer_object
from index.errors import FootnoteError
from index.library import Library
from index.records import Question

CHUNK = 32
"""Lines answered at once: enough for the encoder to work in one go."""

PAUSE = 0.05
"""Seconds without a new line after which the lines at hand are answered."""

LONGEST = 4 * 1024 * 1024
"""Bytes of the longest line that is read."""

_END = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that asks nothing: its `id`, where it has one, and what is wrong."""

    id: Any
    error: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that asks a question."""

    id: str | int | float
    question: Question


def answers(
    library: Library, stream: IO[bytes], *, article: str | None = None, top_k: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield one object for each line of `stream`, in order: the answer, or `{"id", "error"}`.

    Blank lines are passed over. `article` narrows the questions whose line names no article.
    """
    for chunk in _chunks(stream):
        lines = [parse(number, line, article) for number, line in chunk]
        asked = [line.question for line in lines if isinstance(line, Line)]
        replies = iter(library.ask_many(asked, top_k=top_k) if asked else ())
        for line in lines:
            if isinstance(line, BadLine):
                yield {"id": line.id, "error": line.error}
                continue
            reply = next(replies)
            if isinstance(reply, FootnoteError):
                yield {"id": line.id, "error": reply.message}
            else:
                yield {"id": line.id, **answer_object(reply)}


def parse(number: int, data: bytes | None, article: str | None = None) -> Line | BadLine:
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
    return Line(identity, Question(question, narrowed or article))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_infinite(number: str | int | float) -> bool:
    return isinstance(number, float) and math.isinf(number)  # 1e999 is valid JSON


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _chunks(stream: IO[bytes]) -> Iterator[list[tuple[int, bytes | None]]]:
    """Gather the numbered lines of `stream` until there are `CHUNK`, the input pauses, or it ends.

    A thread reads, for a pipe's next line may be long in coming while the lines at hand can be answered.
    """
    lines: queue.Queue[tuple[int, bytes | None] | OSError | None] = queue.Queue(4 * CHUNK)
    threading.Thread(target=_read, args=(stream, lines), daemon=True).start()
    chunk: list[tuple[int, bytes | None]] = []
    while True:
        try:
            item = lines.get(timeout=PAUSE if chunk else None)
        except queue.Empty:
            yield chunk
            chunk = []
            continue
        if isinstance(item, OSError):
            raise item
        if item is not _END:
            chunk.append(item)
        if chunk and (item is _END or len(chunk) == CHUNK):
            yield chunk
            chunk = []
        if item is _END:
            return


def _read(stream: IO[bytes], lines: "queue.Queue[tuple[int, bytes | None] | OSError | None]") -> None:
    try:
        number = 0
        while line := stream.readline(LONGEST + 1):
            number += 1
            if len(line) > LONGEST:
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LONGEST)
                lines.put((number, None))
            elif line.strip():
                lines.put((number, line))
        lines.put(_END)
    except OSError as error:
        lines.put(error)
