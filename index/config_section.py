"""Section of the configuration: what all sections have in common."""

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


def _check_path(value: str) -> str:
    """Refuse what cannot be a path: it would fail later, far from the file that names it."""
    try:
        Path(value).expanduser().lstat()
    except (ValueError, RuntimeError) as error:  # a NUL; the home of a user who does not exist
        raise PydanticCustomError("path", "expected a path: {why}", {"why": str(error)}) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise PydanticCustomError("path", "expected a path: its name is too long") from None
    return value


PathText = Annotated[str, Field(min_length=1), AfterValidator(_check_path)]


class Section(BaseModel):
    """A section of the configuration: no unknown keys, no silent conversion of types.

    `front_end_keys` are known but read by front ends alone: each declares those that it reads as fields of a
    subclass, and the others are skipped. `elsewhere` has keys that a person may expect here, each with where
    its value comes from.
    """

    front_end_keys: ClassVar[frozenset[str]] = frozenset()
    elsewhere: ClassVar[Mapping[str, str]] = {}
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _skip_front_end_keys(cls, values: Any) -> Any:
        skipped = cls.front_end_keys - cls.model_fields.keys()
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if key not in skipped}
