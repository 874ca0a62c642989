"""Batch of questions: lines of JSON in, lines of JSON out, in the same order, whatever a line holds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from bot.json_output import answer_object, written_object
from index.errors import FootnoteError
from index.library import Library

if TYPE_CHECKING:
    from bot.writer import Writer

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of the longest line that is read."""

_EXPECTED = {
    "id": '"id" must be a string or a number',
    "question": '"question" must be a string',
    "article": '"article" must be a string that is not empty',
}


def _check_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("surrogate", "holds half a surrogate pair, which is not text") from None
    return text


_Text = Annotated[str, AfterValidator(_check_text)]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that asks nothing: its `id`, if it has one, and what is wrong."""

    id: Any
    error: str


class BatchQuestion(BaseModel):
    """A line that asks a question."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    id: str | int | Annotated[float, Field(allow_inf_nan=False)]  # 1e999 is valid JSON
    question: _Text
    article: Annotated[_Text, Field(min_length=1)] | None = None


def answers(
    library: Library,
    stream: IO[bytes],
    *,
    article: str | None = None,
    top_k: int | None = None,
    writer: "Writer | None" = None,
) -> Iterator[dict[str, Any]]:
    """Yield one object for each line of `stream`, in order: the answer, or `{"id", "error"}`.

    Blank lines are skipped. `article` narrows the questions whose line names no article. With a `writer`,
    each answer has what it wrote as `written`.
    """
    for number, data in _numbered_lines(stream):
        line = parse_line(number, data)
        if isinstance(line, BadLine):
            yield {"id": line.id, "error": line.error}
            continue
        try:
            named = article if line.article is None else line.article
            answer = library.ask(line.question, article=named, top_k=top_k)
        except FootnoteError as error:
            yield {"id": line.id, "error": f"line {number}: {error.message}"}
        else:
            written = {"written": written_object(writer.write_whole(answer))} if writer else {}
            yield {"id": line.id, **answer_object(answer), **written}


def parse_line(number: int, data: bytes | None) -> BatchQuestion | BadLine:
    """Parse line `number`; None stands for a line that was too long to read."""
    where = f"line {number}"
    if data is None:
        return BadLine(None, f"{where}: longer than {LONGEST_LINE} bytes")
    try:
        value = json.loads(data.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return BadLine(None, f"{where}: not UTF-8")
    except (ValueError, RecursionError):
        return BadLine(None, f"{where}: not JSON")
    try:
        return BatchQuestion.model_validate(value)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
    if not problem["loc"]:
        return BadLine(None, f'{where}: not an object with "id" and "question"')
    key = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        message = (
            f"{json.dumps(key[:100])} is an unknown key (known: {', '.join(BatchQuestion.model_fields)})"
        )
    else:
        message = problem["msg"] if problem["type"] == "surrogate" else _EXPECTED[key]
    return BadLine(None if key == "id" else value["id"], f"{where}: {message}")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _numbered_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank with their numbers from 1, None for one that is too long."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            yield number, None
        elif line.strip():
            yield number, line
