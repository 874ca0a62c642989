"""The tables of the model card: what is counted, and how the sentences of a section are put in order."""

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
from index.training.datasets.lessons import Lesson, Text, read_squad2, read_squadshifts
from index.training.datasets.selqa import read_selqa
from index.training.datasets.training_libraries import TrainingLibrary
from index.training.figures import (
    DOMAINS,
    answer_in,
    answer_scores,
    main,
    order_scores,
    section_articles,
    section_scores,
    tables,
)
from tests.support.tiny_span_models import save_tiny_reader
from tests.support.word_vectors import word_vector

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
        ["The river froze twice, and the bridge held."] * 20 + ["The mayor asked Anna Berg for it."]
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
    assert "| 2 | 75.0 | 50.0 | 3 | 0.833 |" in tables({}, given, [])
    assert "| 2 | 75.0 | 50.0 | 0 | none |" in tables({}, given[:2], [])


def test_the_sentences_of_a_section_are_those_given(tmp_path: Path, tiny_encoder_folder: Path) -> None:
    path = tmp_path / "selqa.json"
    other = {**SELQA[0], "candidates": ["Anna Berg sold the mill."], "answers": [0]}  # of the same article
    path.write_text(json.dumps([*SELQA, other]), encoding="utf-8")
    cut, second = section_articles(read_selqa(path), Encoder.load(tiny_encoder_folder))
    assert second.sentence_texts == other["candidates"] and second.article.title == "Old Mill"
    assert cut.article.title == "Old Mill"
    assert cut.sentence_texts == [
        "It burnt down.",
        "Anna Berg owned the mill.",
        "It burnt down.",
        "Nobody wept. ",
    ]
    assert [(one.text, one.gold) for one in cut.questions] == [
        ("Who owned the mill?", {1}),
        ("What came of it?", {0, 2}),
    ]
    assert (cut.passages[0].first, cut.passages[-1].last) == (0, 4)


def test_the_sentences_of_a_section_are_put_in_order(tmp_path: Path, tiny_encoder_folder: Path) -> None:
    candidates = ["The mill was owned.", "Anna Berg came.", "Nobody wept."]
    row = {"article": "DNA", "question": "Who owned the mill?", "candidates": candidates, "answers": [1]}
    path = tmp_path / "selqa.json"
    path.write_text(json.dumps([row]), encoding="utf-8")
    articles = section_articles(read_selqa(path), Encoder.load(tiny_encoder_folder))
    texts = [text for article in articles for text in article.texts_to_embed()]
    library = TrainingLibrary.build(articles, {text: word_vector(text) for text in texts})
    weights = ReadingWeights(np.array([0.001, 1.0, 0.0]), np.zeros(len(CONFIDENCE_FEATURES)))
    (scores,) = section_scores(library, cast(SpanModel, Marker()), weights)
    assert scores["BM25"] == (1 / 2, 1 / 2)
    assert scores["retrieval and reader"] == (1.0, 1.0)


@pytest.mark.slow
def test_the_tables_are_written(tmp_path: Path, tiny_model_folder: Path, reader_folder: Path) -> None:
    data = [*write_data(tmp_path), "--encoder", str(tiny_model_folder)]
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
