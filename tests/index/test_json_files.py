"""JSON files read back as dataclasses."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.json_files import read_json_file


@dataclass
class Point:
    x: int
    names: list[str]


def test_a_file_is_read_as_the_dataclass_with_lone_surrogates_too(tmp_path: Path) -> None:
    path = tmp_path / "point.json"
    path.write_text(json.dumps({"x": 1, "names": ["\udcff"]}), encoding="utf-8")
    assert read_json_file(Point, path) == Point(1, ["\udcff"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"x": 1, "names": [2]}', "names.0: Input should be a valid string"),
        ('{"x": 1}', "names: Field required"),
        ("[]", "Input should be a dictionary"),
        ("{", "Expecting property name"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "point.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        read_json_file(Point, path)
    assert "\n" not in str(raised.value)
