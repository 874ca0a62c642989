"""Files of questions whose answers are known."""

from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from index.errors import FootnoteError

Text = Annotated[str, Field(pattern=r"\S")]

_EXPECTED = {
    "bool_type": "expected true or false",
    "json_invalid": "not JSON",
    "missing": "is missing",
    "model_type": "expected an object",
    "string_pattern_mismatch": "expected text that is not empty",
    "string_type": "expected text in quotation marks",
    "tuple_type": "expected a list",
}
"""What is wrong, by pydantic's name of the error; our own errors say so themselves."""
_ID = "expected text in quotation marks, or a whole number"


class QuestionFileError(FootnoteError):
    """A file of questions cannot be read; the message names the line and what was expected."""


class GoldQuestion(BaseModel):
    """A question with what is known of its answer; other keys of its line are ignored.

    A sentence is right if it contains one of `gold_sentences`; white space and marks do not matter.
    `gold_answers` are as good as `gold_answer`; the best match of all counts, as in SQuAD.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    id: str | int
    question: Text
    answerable: bool
    gold_sentences: tuple[Text, ...] = ()
    gold_answer: str | None = None
    gold_answers: tuple[Text, ...] = ()
    article: str | None = None

    @model_validator(mode="after")
    def _has_gold(self) -> Self:
        if self.answerable and not self.gold_sentences:
            raise PydanticCustomError("gold", "an answerable question needs gold_sentences")
        return self

    @property
    def known_answers(self) -> tuple[str, ...]:
        """All answers that are right."""
        return (*([self.gold_answer] if self.gold_answer else []), *self.gold_answers)


Question = TypeVar("Question", bound=GoldQuestion)


def read_questions(path: Path) -> list[GoldQuestion]:
    """Read a file with one JSON object per line. Raises QuestionFileError, or OSError."""
    return read_questions_of(GoldQuestion, path)


def read_questions_of(kind: type[Question], path: Path) -> list[Question]:
    """Read the questions as ones of a `kind` that knows more keys. Raises as `read_questions` does."""
    questions: dict[str | int, Question] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            question = kind.model_validate_json(line.removeprefix(b"\xef\xbb\xbf"))
        except ValidationError as error:
            raise QuestionFileError(f"{path}, line {number}: {_first_problem(error)}") from None
        if question.id in questions:
            raise QuestionFileError(f"{path}, line {number}: id: another line has {question.id!r:.60}, too")
        questions[question.id] = question
    if not questions:
        raise QuestionFileError(f"{path} holds no questions")
    return list(questions.values())


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    key = str(problem["loc"][0]) if problem["loc"] else ""
    if key == "id" and problem["type"] != "missing":
        return f"id: {_ID}"
    words = _EXPECTED.get(problem["type"], problem["msg"])
    return f"{key}: {words}" if key else words
