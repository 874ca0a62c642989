"""Reading: offsets, chunks, damage; the same question over the same text has the same scores."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Floats
from index.errors import ModelDamagedError, Reason
from index.models import span_model
from index.models.span_model import QUESTION_TOKENS, SpanModel, TokenScores, cut_into_chunks
from index.models.span_model_export import export_span_model
from tests.support.shared_models import compute_anew
from tests.support.tiny_span_models import WINDOW, save_tiny_reader

TEXT = "the bridge over the river was built in 1842."
ODD = "👩‍👩‍👧 e\u0301 東京 \ud800\0 Ǆ \u200f\u0fd5 "


@pytest.fixture(scope="module", autouse=True)
def computed() -> Iterator[None]:
    """Have nothing remembered that a model computed before."""
    with compute_anew():
        yield


@pytest.fixture(scope="module")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of a tiny model and of its export; tests only read them."""
    base = tmp_path_factory.mktemp("tiny-reader")
    export_span_model(save_tiny_reader(base / "model", "bert"), base / "reader")
    return base / "model", base / "reader"


@pytest.fixture(scope="module", params=["bert", "roberta"])
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SpanModel:
    """Return one model whose tokens are pieces of words, one whose tokens are bytes."""
    base = tmp_path_factory.mktemp(request.param)
    export_span_model(save_tiny_reader(base / "model", request.param), base / "reader")
    return SpanModel.load(base / "reader", threads=2)


def same(left: TokenScores, right: TokenScores) -> bool:
    return all(
        getattr(left, name).tobytes() == getattr(right, name).tobytes()
        for name in ("starts", "ends", "start", "end")
    )


def check(scores: TokenScores, text: str) -> None:
    starts, ends = scores.starts, scores.ends
    assert len(starts) == len(ends) == len(scores.start) == len(scores.end)
    assert (np.diff(starts) >= 0).all()
    assert (np.diff(ends) >= 0).all()
    assert (starts >= 0).all()
    assert (starts <= ends).all()
    assert (ends <= len(text)).all()
    assert np.isfinite(scores.start).all()
    assert np.isfinite(scores.end).all()


@pytest.mark.slow
@given(question=st.text(max_size=90), text=st.text(st.one_of(st.characters(), st.sampled_from(TEXT + ODD))))
def test_offsets_lie_in_the_text(reader: SpanModel, question: str, text: str) -> None:
    (scores,) = reader.read(question, [text])
    check(scores, text)


def test_offsets_are_code_points_without_spaces(reader: SpanModel) -> None:
    text = f"👩‍👩‍👧 東京 {TEXT} e\u0301"
    (scores,) = reader.read("what?", [text])
    words = {text[start:end] for start, end in zip(scores.starts, scores.ends, strict=True)}
    assert {"the", "京"} <= words
    assert text.index("bridge") in scores.starts


def test_a_text_longer_than_the_window_is_scored_whole(reader: SpanModel) -> None:
    text = " ".join(f"the bridge {number}" for number in range(150))
    (scores,) = reader.read("what?", [text])
    check(scores, text)
    assert len(scores.start) > 3 * WINDOW
    assert "".join(text[a:b] for a, b in zip(scores.starts, scores.ends, strict=True)) == text.replace(
        " ", ""
    )


@pytest.mark.slow
@given(length=st.integers(0, 900), room=st.integers(2, 200))
def test_chunks_cover_a_text_once_and_overlap(length: int, room: int) -> None:
    ids = list(range(length))
    chunks = cut_into_chunks(ids, room)
    counted = [chunk.first + place for chunk in chunks for place in range(chunk.keep.start, chunk.keep.stop)]
    assert counted == ids
    assert all(len(chunk.ids) <= room for chunk in chunks)
    whole = min(64, room // 2)
    for first in range(length - whole + 1):  # an answer of this many tokens is in some chunk in one piece
        answer = ids[first : first + whole]
        assert any(chunk.first <= first and set(answer) <= set(chunk.ids) for chunk in chunks)


def test_a_long_question_is_cut(reader: SpanModel) -> None:
    asked = "a " * 1000
    (scores,) = reader.read(asked, [TEXT])
    check(scores, TEXT)
    limit = min(QUESTION_TOKENS, (WINDOW - 3) // 2)
    assert same(scores, reader.read(asked[: 4 * limit], [TEXT])[0])
    assert not same(scores, reader.read("a", [TEXT])[0])


def test_no_texts_and_empty_texts(reader: SpanModel) -> None:
    assert reader.read("what?", []) == []
    empty, full, spaces = reader.read("what?", ["", TEXT, "\ud800 \0"])
    assert empty.starts.shape == empty.ends.shape == empty.start.shape == empty.end.shape == (0,)
    check(spaces, "\ud800 \0")
    assert same(full, reader.read("what?", [TEXT])[0])
    assert len(reader.read("", [TEXT])[0].start) == len(full.start)


@pytest.mark.slow
def test_company_order_and_threads_change_nothing(reader: SpanModel, tiny_reader: tuple[Path, Path]) -> None:
    texts = [TEXT, "who?", TEXT * 9, "", "was it built by anna, or by bob " * 3]
    alone = [reader.read("who built it?", [text])[0] for text in texts]
    for rows in ([0, 1, 2, 3, 4], [4, 2, 0], [2, 2, 1]):
        together = reader.read("who built it?", [texts[row] for row in rows])
        assert all(same(scores, alone[row]) for scores, row in zip(together, rows, strict=True))
    with ThreadPoolExecutor(4) as pool:
        readings = list(pool.map(lambda _: reader.read("who built it?", texts), range(12)))
    assert all(same(*pair) for reading in readings for pair in zip(reading, alone, strict=True))
    one, many = (SpanModel.load(tiny_reader[1], threads) for threads in (1, None))
    pairs = zip(one.read("who?", texts), many.read("who?", texts), strict=True)
    assert all(same(*pair) for pair in pairs)


def test_what_was_read_lately_is_not_read_again(
    tiny_reader: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    run = SpanModel.__dict__["_run"]

    def counting(self: SpanModel, question: list[int], text: list[int]) -> Floats:
        read.append(len(text))
        scores: Floats = run(self, question, text)
        return scores

    monkeypatch.setattr(SpanModel, "_run", counting)
    monkeypatch.setattr(span_model, "TEXTS_KEPT", 2)
    monkeypatch.setattr(span_model, "LONGEST_KEPT", 100)
    reader = SpanModel.load(tiny_reader[1])
    first, again = reader.read("who?", [TEXT, TEXT])
    assert same(first, again)
    assert len(read) == 1
    (later,) = reader.read("who?", [TEXT])
    assert same(first, later)
    assert len(read) == 1
    assert not later.start.flags.writeable
    reader.read("what?", [TEXT])
    reader.read("who?", [TEXT + " who?"])
    assert len(read) == 3
    reader.read("who?", [TEXT])  # two others were read since
    assert len(read) == 4
    reader.read("who", ["?" + TEXT])  # all its characters are those of the one before
    assert len(read) == 5
    for _ in range(2):  # so long a text is not kept
        before = len(read)
        reader.read("who?", [TEXT * 20])
        assert len(read) > before + 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json", "reader.json"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "swapped"])
def test_damage_is_named(name: str, damage: str, tiny_reader: tuple[Path, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_reader[1], tmp_path / "reader")
    path = folder / name
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-20])
    else:  # the file of another model: its settings disown the files that are here
        other = save_tiny_reader(tmp_path / "model", "roberta")
        export_span_model(other, tmp_path / "other")
        shutil.copy(tmp_path / "other" / name, path)
    named = "reader.onnx" if (name, damage) == ("reader.json", "swapped") else name
    with pytest.raises(ModelDamagedError, match=f"reader/{named}: ") as caught:
        SpanModel.load(folder)
    assert caught.value.reason == Reason.READER_EXPORT_DAMAGED


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"tokens": 3}, {"types": [0]}, {"before": []}, {"sha256": {}}, {"more": 1}]
)
def test_foreign_settings_are_refused(
    change: dict[str, object], tiny_reader: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_reader[1], tmp_path / "reader")
    path = folder / "reader.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelDamagedError, match=r"reader\.json"):
        SpanModel.load(folder)


@pytest.mark.slow
def test_reading_imports_no_framework(tiny_reader: tuple[Path, Path]) -> None:
    code = (
        "import sys; from pathlib import Path; from index.models.span_model import SpanModel\n"
        "SpanModel.load(Path(sys.argv[1])).read('who?', ['the bridge'])\n"
        "print({'torch', 'transformers', 'onnx', 'llama_index'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(tiny_reader[1])]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    assert process.stdout == "set()\n"
