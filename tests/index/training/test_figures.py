import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from index.models.encoder import Encoder
from index.models.span_model import SpanModel, TokenScores
from index.models.span_model_export import export_span_model
from index.reading.span_reader import CONFIDENCE_FEATURES, RANK_FEATURES, ReadingWeights
from index.records import Span
from index.segmentation.sentences import split_sentences
from index.training import encoders
from index.training import figures as module
from index.training.datasets.lessons import Lesson, Text, read_squad2, read_squadshifts
from index.training.datasets.selqa import part_of, read_selqa
from index.training.datasets.training_libraries import TrainingLibrary
from index.training.figures import (
    DOMAINS,
    answer_in,
    answer_scores,
    figures,
    main,
    order_scores,
    section_cuts,
)
from tests.support.tiny_span_models import save_tiny_reader

PARAGRAPH = "The bridge was built in 1870. Anna Berg drew it! The river froze twice."
SELQA: list[dict[str, Any]] = [
    {
        "article": "Old Mill",
        "question": "Who owned the mill?",
        "candidates": ["It burnt down.", " ", "Anna Berg owned the mill.", "It burnt down.", "Nobody wept. "],
        "answers": [2],
    },
    {
        "article": "Old Mill",
        "question": "What came of it?",
        "candidates": ["It burnt down.", " ", "Anna Berg owned the mill.", "It burnt down.", "Nobody wept. "],
        "answers": [0, 3],
    },
    {"article": "Hall", "question": "Why?", "candidates": ["A clock hung there."], "answers": []},
]


@pytest.fixture(scope="module")
def reader_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    export_span_model(save_tiny_reader(folder / "model", "bert"), folder / "exported")
    return folder / "exported"


def lesson(text: str, *spans: Span) -> Lesson:
    return Lesson("Who drew it?", Text("reddit", "", text, split_sentences(text), True), spans)


def write_squadshifts(folder: Path) -> None:
    """Each part is 30 paragraphs, of which some are held out."""
    for name in DOMAINS:
        answers = [{"text": "1870", "answer_start": PARAGRAPH.index("1870")}]
        questions = [{"question": "When was the bridge built?", "answers": answers}]
        paragraphs = [{"context": f"{PARAGRAPH} {number}.", "qas": questions} for number in range(30)]
        entry = {"title": name, "paragraphs": paragraphs}
        (folder / f"{name}.json").write_text(json.dumps({"data": [entry]}), encoding="utf-8")


def write_squad2(path: Path) -> None:
    """One paragraph with a question that it answers, one that it does not, and one without any answer."""
    answers = [{"text": "Anna Berg", "answer_start": PARAGRAPH.index("Anna")}]
    questions = [
        {"question": "Who drew the bridge?", "answers": answers, "is_impossible": False},
        {"question": "Who drew the river?", "answers": [], "is_impossible": True},
        {"question": "Who?", "answers": [], "is_impossible": False},
    ]
    entry = {"title": "Bridges", "paragraphs": [{"context": PARAGRAPH, "qas": questions}]}
    path.write_text(json.dumps({"data": [entry]}), encoding="utf-8")


def write_data(folder: Path) -> list[str]:
    """Write a small file of each data set; return the arguments that name them."""
    write_squadshifts(folder)
    write_squad2(folder / "squad2.json")
    (folder / "selqa.json").write_text(json.dumps(SELQA), encoding="utf-8")
    files = ["--squad2", str(folder / "squad2.json"), "--selqa", str(folder / "selqa.json")]
    return ["--squadshifts", str(folder), *files]


def test_an_answer_counts_by_the_nearest_of_the_marked_ones() -> None:
    asked = lesson(PARAGRAPH, (0, 10), (30, 39))
    assert answer_scores(asked, "anna berg.") == (1.0, 1.0)
    assert answer_scores(asked, "Berg") == (pytest.approx(2 / 3), 0.0)
    assert answer_scores(asked, "") == (0.0, 0.0)


def test_precision_and_rank_of_an_order() -> None:
    assert order_scores([3, 0, 2, 1], frozenset({3})) == (1.0, 1.0)
    precision, reciprocal = order_scores([3, 0, 2, 1], frozenset({0, 1}))
    assert (precision, reciprocal) == (pytest.approx((1 / 2 + 2 / 4) / 2), 1 / 2)


class Marker:
    """Finds "Anna Berg", the surer the later it stands in its window, and is unsure of all else."""

    def read_many(self, asked: Sequence[tuple[str, Sequence[str]]]) -> list[list[TokenScores]]:
        return [self.read(question, texts) for question, texts in asked]

    def read(self, _: str, texts: Sequence[str]) -> list[TokenScores]:
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> TokenScores:
        words = list(re.finditer(r"\w+", text))
        start = [word.start() / 100 if word[0] == "Anna" else -9.0 for word in words]
        end = [0.0 if word[0] == "Berg" else -9.0 for word in words]
        places = (np.array([word.start() for word in words]), np.array([word.end() for word in words]))
        return TokenScores(*places, np.array(start, np.float32), np.array(end, np.float32))


def test_the_likeliest_answer_of_all_windows_is_given() -> None:
    text = " ".join(
        ["The river froze twice, and the bridge held."] * 40 + ["The mayor asked Anna Berg for it."]
    )
    model = cast(SpanModel, Marker())
    late, odds = answer_in(lesson(text), model)
    assert late == answer_in(lesson(f"Anna Berg? {text}"), model)[0] == "Anna Berg"
    assert 0 < odds < 20
    other, less = answer_in(lesson("She drew it."), model)
    assert other != "Anna Berg" and less < odds
    assert answer_in(lesson(""), model) == ("", -20)


def test_the_unanswerable_count_in_no_share_of_words() -> None:
    given = [((1.0, 1.0), 3.0), ((0.5, 0.0), 0.5), (None, 1.0), (None, -2.0), (None, -4.0)]
    assert "| 2 | 75.0 | 50.0 | 3 | 0.833 |" in figures({}, given, [])
    assert "| 2 | 75.0 | 50.0 | 0 | none |" in figures({}, given[:2], [])


def test_the_sentences_of_a_section_are_those_given(tmp_path: Path, tiny_encoder_folder: Path) -> None:
    path = tmp_path / "selqa.json"
    other = {**SELQA[0], "candidates": ["Anna Berg sold the mill."], "answers": [0]}  # of the same article
    path.write_text(json.dumps([*SELQA, other]), encoding="utf-8")
    cut, second = section_cuts(read_selqa(path), Encoder.load(tiny_encoder_folder))
    assert second.texts(second.sentences) == other["candidates"] and second.article.title == "Old Mill"
    assert cut.article.title == "Old Mill"
    assert cut.texts(cut.sentences) == [
        "It burnt down.",
        "Anna Berg owned the mill.",
        "It burnt down.",
        "Nobody wept. ",
    ]
    assert [(one.text, one.gold) for one in cut.asked] == [
        ("Who owned the mill?", {1}),
        ("What came of it?", {0, 2}),
    ]
    assert (cut.passages[0].first, cut.passages[-1].last) == (0, 4)


class Unsure(Marker):
    """Finds nothing."""

    def _score(self, text: str) -> TokenScores:
        found = super()._score(text)
        return TokenScores(found.starts, found.ends, found.start * 0 - 9, found.end * 0 - 9)


def test_each_part_of_the_sections_is_read_by_its_model(tmp_path: Path, tiny_encoder_folder: Path) -> None:
    candidates = ["The mill was owned.", "Anna Berg came.", "Nobody wept."]
    topics = ["Chocolate", "DNA"]
    assert [part_of(topic) for topic in topics] == [1, 0]
    rows = [
        {"article": topic, "question": "Who owned the mill?", "candidates": candidates, "answers": [1]}
        for topic in topics
    ]
    path = tmp_path / "selqa.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    cuts = section_cuts(read_selqa(path), Encoder.load(tiny_encoder_folder))
    source = np.random.default_rng(1)
    texts = {"Who owned the mill?", *(text for cut in cuts for text in cut.texts(cut.sentences))}
    texts |= {text for cut in cuts for text in cut.texts(cut.passages)}
    vectors = {text: source.normal(size=8).astype(np.float32) for text in sorted(texts)}
    library = TrainingLibrary.build(cuts, {name: one / np.linalg.norm(one) for name, one in vectors.items()})
    weights = ReadingWeights(np.array([0.001, 1.0, 0.0]), np.zeros(len(CONFIDENCE_FEATURES)))
    marker, unsure = cast(SpanModel, Marker()), cast(SpanModel, Unsure())

    def ranks(*models: SpanModel) -> list[float]:
        return [one["retrieval and reader"][1] for one in module.section_scores(library, models, weights)]

    assert ranks(marker, marker) == [1.0, 1.0]
    assert ranks(unsure, marker) == [1.0, 0.5]
    assert ranks(marker, unsure) == [0.5, 1.0]


def test_the_tables_are_written(
    tmp_path: Path, tiny_model_folder: Path, reader_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "DEFAULT_ENCODER", str(tiny_model_folder))
    data = write_data(tmp_path)
    weights, out = tmp_path / "reading.json", tmp_path / "figures.md"
    sections = {
        "ranking": dict.fromkeys(RANK_FEATURES, 1.0),
        "confidence": dict.fromkeys(CONFIDENCE_FEATURES, 0.0),
    }
    weights.write_text(json.dumps(sections), encoding="utf-8")
    main([*data, "--reader", str(reader_folder), "--weights", str(weights), "--out", str(out)])
    lines = out.read_text(encoding="utf-8").splitlines()
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for cells in (one.split("|") for one in lines if one)
    }
    held_out = [one for one in read_squadshifts(tmp_path) if one.text.held_out]
    assert sum(int(rows[name][0]) for name in DOMAINS.values()) == int(rows["all"][0]) == len(held_out) > 0
    asked, unanswerable = read_squad2(tmp_path / "squad2.json")
    assert asked.spans and not unanswerable.spans
    assert rows["1"][2] == "1"
    model = SpanModel.load(reader_folder)
    (_, odds), (_, others) = (answer_in(one, model) for one in (asked, unanswerable))
    assert odds != others and rows["1"][3] == f"{float(odds > others):.3f}"
    # The question with one right sentence has all its words there. The other shares no word: the copy of its
    # first right sentence stays in its place for BM25, and comes last after retrieval, which finds it once.
    assert rows["BM25"] == [f"{np.mean([1, (1 + 2 / 3) / 2]):.3f}", "1.000"]
    assert set(rows) >= {"fused retrieval", "retrieval and reader"}


def test_each_part_of_selqa_is_read_by_the_reader_that_learnt_from_the_other(
    tmp_path: Path, tiny_model_folder: Path, reader_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "DEFAULT_ENCODER", str(tiny_model_folder))
    data = write_data(tmp_path)
    loaded: dict[int, Path] = {}
    load = SpanModel.load

    def remembered(folder: Path) -> SpanModel:
        model = load(reader_folder)
        loaded[id(model)] = folder
        kept.append(model)
        return model

    kept: list[SpanModel] = []
    used: list[Path] = []

    def scored(_: object, models: Sequence[SpanModel], __: object) -> list[dict[str, tuple[float, float]]]:
        used.extend(loaded[id(model)] for model in models)
        return [{"retrieval and reader": (0.25, 0.5)}]

    monkeypatch.setattr(module.SpanModel, "load", remembered)
    asked: list[SpanModel] = []

    def answered(_: object, model: SpanModel) -> tuple[str, float]:
        asked.append(model)
        return "", 0.0

    monkeypatch.setattr(module, "section_scores", scored)
    monkeypatch.setattr(module, "answer_in", answered)
    out = tmp_path / "figures.md"
    main([*data, "--reader", "R", "--crossed", "A", "B", "--out", str(out)])
    assert used == [Path("B"), Path("A")]  # A learnt from the part 0, so that B reads it
    written = out.read_text(encoding="utf-8")
    assert "| retrieval and reader | 0.250 | 0.500 |" in written
    assert "| SelQA, 1 questions, each part by the reader of the other | MAP | MRR |" in written
    assert {loaded[id(model)] for model in asked} == {Path("R")}
    used.clear()
    main([*data, "--reader", "R", "--out", str(out)])
    assert used == [Path("R"), Path("R")]
    assert "reader of the other" not in out.read_text(encoding="utf-8")
