import json
from pathlib import Path

import numpy as np
import pytest

from index.reading.confidence import EVIDENCE, Calibration
from index.retrieval.features import FEATURES
from index.retrieval.ranking import Ranker
from index.segmentation.search_terms import terms
from index.training.datasets.training_libraries import CHAT, nonsense, read_questions, read_squad, sloppy
from index.training.weights.fusion import Material, learn_confidence, train
from index.training.weights.report import report

FACTS = [
    (
        "The Old Mill",
        "The old mill was built in 1870. Anna Berg owned it. It burnt down later.",
        "built",
        "1870",
    ),
    (
        "The New Bridge",
        "A new bridge opened in 1998. Carl Olsen drew it. Ships pass below.",
        "bridge opened",
        "1998",
    ),
    (
        "The Town Hall",
        "The hall has a clock. It was wound in 1920. Dina Falk rang its bell.",
        "clock wound",
        "1920",
    ),
]


def squad(folder: Path, name: str) -> Path:
    entries = []
    for title, text, about, answer in FACTS * 5:
        answers = [{"text": answer, "answer_start": text.index(answer)}]
        questions = [
            {"question": f"When was the {about}?", "answers": answers, "is_impossible": False},
            {"question": f"Who paid for the {about}?", "answers": [], "is_impossible": True},
            {"question": "Who forgot the answer?", "answers": []},
        ]
        entries.append(
            {"title": title.replace(" ", "_"), "paragraphs": [{"context": text, "qas": questions}]}
        )
    path = folder / name
    path.write_text(json.dumps({"data": entries}), encoding="utf-8")
    return path


def vector(text: str) -> np.ndarray:
    """Words fall into slots: texts that share words are near each other."""
    slots = np.full(16, 0.1, dtype=np.float32)
    for term in terms(text):
        slots[sum(term.encode()) % 16] += 1
    return slots / np.linalg.norm(slots)


def test_a_question_keeps_the_sentences_that_hold_its_answer(tmp_path: Path) -> None:
    cut = read_squad(squad(tmp_path, "data.json"), len, 1_000, 10)[1]
    assert cut.article.title == "The New Bridge"
    assert [(asked.text, asked.gold) for asked in cut.asked] == [
        ("When was the bridge opened?", {0}),
        ("Who paid for the bridge opened?", set()),
    ]
    assert len(read_squad(squad(tmp_path, "data.json"), len, 1_000, 1)[0].asked) == 1


def test_what_is_no_question_is_the_same_every_time(tmp_path: Path) -> None:
    assert nonsense(5) == nonsense(5)
    assert len(set(nonsense(5))) == 5
    assert sloppy("Who is Anna Berg?") == "who is anna berg"
    path = squad(tmp_path, "data.json")
    assert read_questions(path, 3) == read_questions(path, 3)
    with pytest.raises(ValueError, match="1000 different questions are needed, and it has"):
        read_questions(path, 1_000)


def test_what_is_learnt_ranks_and_knows_chat_from_questions(tmp_path: Path) -> None:
    cuts = read_squad(squad(tmp_path, "data.json"), len, 1_000, 10)
    material = Material(cuts, cuts[:3], cuts[:3], ["how do i bake bread", "what does the parcel weigh"] * 3)
    texts = material.texts()
    assert len(texts) == len(set(texts)) and set(CHAT) < set(texts)
    weights, cases = train(material, {text: vector(text) for text in texts})
    assert set(json.loads(weights)["ranking"]) == set(FEATURES)
    assert set(json.loads(weights)["confidence"]) == set(EVIDENCE)
    assert {case.kind for case in cases} == {"answerable", "unanswerable", "elsewhere", "chat"}
    Ranker.load(weights)
    calibration = Calibration.load(weights)

    def mean(kind: str, right: bool) -> float:
        found = [
            case.evidence @ calibration.weights for case in cases if (case.kind, case.right) == (kind, right)
        ]
        return float(np.mean(found))

    assert mean("chat", False) < mean("answerable", True)
    assert train(material, {text: vector(text) for text in texts})[0] == weights
    table = report(lambda _: cases, learn_confidence, EVIDENCE)
    assert "| AUROC answerable / chat |" in table
    assert table.count("\n") == 14
