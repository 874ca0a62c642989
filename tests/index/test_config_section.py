"""Sections take no unknown keys, convert nothing silently, and skip what front ends alone read."""

import pytest
from pydantic import ValidationError

from index.config_section import PathText, Section


class Lamp(Section):
    front_end_keys = frozenset({"colour"})

    watts: int = 40
    stand: PathText = "stand"


class ColouredLamp(Lamp):
    colour: str = "red"


def test_keys_of_front_ends_are_skipped_where_they_are_not_declared() -> None:
    assert Lamp.model_validate({"watts": 60, "colour": "green"}) == Lamp(watts=60)
    assert ColouredLamp.model_validate({"colour": "green"}).colour == "green"


@pytest.mark.parametrize(
    "values", [{"wats": 60}, {"watts": "60"}, {"watts": 60.5}, {"stand": ""}, {"stand": 3}]
)
def test_what_is_unknown_or_of_another_type_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Lamp.model_validate(values)


@pytest.mark.parametrize("path", ["a\0b", "~no such user/x", "x" * 5_000])
def test_what_cannot_be_a_path_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="expected a path: "):
        Lamp(stand=path)


def test_a_section_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Lamp().watts = 60  # type: ignore[misc]
