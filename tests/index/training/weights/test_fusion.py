"""Ranking and confidence without a reader, learnt on a miniature data set."""

import json

import numpy as np
import pytest

from index.reading.confidence import EVIDENCE, Calibration
from index.retrieval.features import FEATURES
from index.retrieval.ranking import Ranker
from index.training.datasets.training_libraries import CHAT, Segmenter, TrainingLibrary
from index.training.weights.fusion import Material, confidence_examples, learn, learn_ranking
from tests.support.miniature_datasets import squad_entry
from tests.support.word_vectors import word_vector

FACTS = [
    (
        "The Old Mill",
        "The old mill was built in 1870. Anna Berg owned it. It burnt down.",
        "mill built",
        "1870",
    ),
    ("The Bridge", "A new bridge opened in 1998. Carl Olsen drew it. Ships pass.", "bridge opened", "1998"),
    ("The Hall", "The hall has a clock. It was wound in 1920. Dina Falk rang.", "clock wound", "1920"),
]
STRANGERS = ["how do i bake bread", "what does the parcel weigh"] * 3


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    entries = []
    for title, text, event, answer in FACTS * 2:
        entry = squad_entry(
            title, [(text, [(f"When was the {event}?", [answer]), (f"Who paid for the {event}?", [])])]
        )
        entry["paragraphs"][0]["qas"][1]["is_impossible"] = True
        entries.append(entry)
    path = tmp_path_factory.mktemp("data") / "squad.json"
    path.write_text(json.dumps({"data": entries}), encoding="utf-8")
    articles = Segmenter(len, 1_000).read(path)
    return Material(articles, articles[:2], articles[:2], STRANGERS)


@pytest.fixture(scope="module")
def vectors(material: Material) -> dict[str, np.ndarray]:
    return {text: word_vector(text) for text in material.texts()}


@pytest.fixture(scope="module")
def learnt(material: Material, vectors: dict[str, np.ndarray]) -> tuple[str, str]:
    """Return the weights, and the table of how good they are."""
    return learn(material, vectors)


def test_each_text_is_embedded_once(material: Material) -> None:
    texts = material.texts()
    assert len(texts) == len(set(texts)) and {*CHAT, *STRANGERS} < set(texts)


@pytest.mark.slow
def test_what_is_learnt_loads_and_is_the_same_again(
    material: Material, vectors: dict[str, np.ndarray], learnt: tuple[str, str]
) -> None:
    weights, table = learnt
    assert set(json.loads(weights)["ranking"]) == set(FEATURES)
    assert set(json.loads(weights)["confidence"]) == set(EVIDENCE)
    Ranker.load(weights)
    assert "| AUROC answerable / chat |" in table
    assert table.count("\n") == 14
    assert learn(material, vectors) == learnt


@pytest.mark.slow
def test_the_confidence_tells_chat_from_questions(
    material: Material, vectors: dict[str, np.ndarray], learnt: tuple[str, str]
) -> None:
    weights, _ = learnt
    calibration, ranker = Calibration.load(weights), Ranker.load(weights)
    library = TrainingLibrary.build(material.together, vectors)
    examples = list(confidence_examples(library, ranker, "together", STRANGERS, alternate=True))
    assert {example.kind for example in examples} == {"answerable", "unanswerable", "elsewhere", "chat"}

    def mean(kind: str, right: bool) -> float:
        chosen = [example for example in examples if (example.kind, example.right) == (kind, right)]
        return float(np.mean([example.evidence @ calibration.weights for example in chosen]))

    assert mean("chat", False) < mean("answerable", True)


def test_the_ranking_puts_the_answer_first(material: Material, vectors: dict[str, np.ndarray]) -> None:
    library = TrainingLibrary.build(material.together[:3], vectors)
    weights = learn_ranking([library])
    ranker = Ranker(np.array([weights[name] for name in FEATURES]))
    answerable = [question for question in library.questions if question.gold]
    for question in answerable:
        candidates = library.candidates(question.text, question.article)
        first = ranker.rank(question.text, candidates, library.retriever.idf)[0][0]
        assert first.row in library.gold_rows(question)
