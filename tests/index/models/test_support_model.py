"""The support model that ships: what passes, what is deterministic, and what is refused as damaged."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from index.errors import ModelDamagedError, Reason, Role
from index.models.span_model import SpanModel
from index.models.support_model import GRAPH_FILE, SETTINGS_FILE, SupportModel
from index.reading.reader_choice import own_reader_folder

FOLDER = Path(str(files("index.writing"))) / "support_model"
TEXT = "Opening times\nThe hall is open from nine to six on weekdays.\nOn Sundays it is closed."


@pytest.fixture(scope="module")
def reader() -> SpanModel:
    return SpanModel.load(own_reader_folder())


@pytest.fixture(scope="module")
def model(reader: SpanModel) -> SupportModel:
    return SupportModel.load(FOLDER, reader)


def test_it_tells_what_the_text_says_from_what_it_does_not(model: SupportModel) -> None:
    says, denies, adds = model.scores(
        [
            ("The hall is shut on Sundays.", TEXT),
            ("You can visit the hall on Sundays between nine and six.", TEXT),
            ("The hall is closed on Sundays because the staff need a rest.", TEXT),
        ]
    )
    assert says >= model.threshold > max(denies, adds)


def test_a_pair_scores_the_same_alone_and_among_others(model: SupportModel) -> None:
    pairs = [(f"The hall opens at {hour}.", TEXT) for hour in ("nine", "six", "ten")]
    assert [model.scores([pair])[0] for pair in pairs] == model.scores(pairs)
    assert model.scores([]) == []


def test_a_statement_that_is_not_read_to_its_end_is_not_supported(model: SupportModel) -> None:
    statement = "The hall is open from nine to six on weekdays. " * 20
    assert model.scores([(statement, TEXT)]) == [0.0]


@pytest.mark.parametrize(
    "pair", [("", ""), ("x " * 3000, TEXT), (TEXT, "y " * 3000), ("\0\ud800", "👩‍👩‍👧\0")]
)
def test_any_text_has_a_score(model: SupportModel, pair: tuple[str, str]) -> None:
    (score,) = model.scores([pair])
    assert 0 <= score <= 1


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (GRAPH_FILE, None),
        (GRAPH_FILE, "no graph"),
        (SETTINGS_FILE, None),
        (SETTINGS_FILE, "{}"),
        (SETTINGS_FILE, "no JSON"),
    ],
)
def test_a_damaged_file_is_named(reader: SpanModel, tmp_path: Path, file: str, content: str | None) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "support")
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=file) as caught:
        SupportModel.load(folder, reader)
    assert (caught.value.reason, caught.value.role) == (Reason.SHIPPED_SUPPORT_DAMAGED, Role.SUPPORT)


@pytest.mark.parametrize("change", [{"reader": "0" * 64}, {"format": 99}])
def test_settings_of_another_model_are_refused(
    reader: SpanModel, tmp_path: Path, change: dict[str, object]
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "support")
    settings = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    (folder / SETTINGS_FILE).write_text(json.dumps(settings | change), encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=SETTINGS_FILE):
        SupportModel.load(folder, reader)
