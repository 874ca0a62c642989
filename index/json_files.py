"""JSON files that this program wrote, read back as dataclasses."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


def read_json_file(kind: type[T], path: Path) -> T:
    """Read the JSON file at `path` as the dataclass `kind`.

    Raises OSError, and ValueError with one line that says what is wrong.
    """
    try:
        # Python's parser, because pydantic's refuses lone surrogates, which paths may have.
        return TypeAdapter(kind).validate_python(json.loads(path.read_bytes()))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in problem["loc"])
        raise ValueError(f"{key}: {problem['msg']}" if key else problem["msg"]) from None
