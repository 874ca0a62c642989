"""Joint weights and the confidence, learnt on a miniature library that is read."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from index.checksums import file_sha256
from index.models.span_model import SETTINGS_FILE, SpanModel, TokenScores
from index.reading.span_reader import CONFIDENCE_FEATURES, RANK_FEATURES, ReadingWeights, SpanReader
from index.retrieval.ranking import Ranker
from index.training.datasets.training_libraries import CHAT, SegmentedArticle, Segmenter, TrainingLibrary
from index.training.weights import joint
from index.training.weights.fitting import weights_json
from index.training.weights.joint import (
    NATURAL,
    NONSENSE,
    SQUAD2,
    ReadingExample,
    confidence_examples,
    learn,
    learn_confidence,
    learn_joint,
    read_questions_of,
)
from index.training.weights.questions import SIGNS, PosedQuestion, unrelated_texts
from tests.support.word_vectors import word_vector

SEGMENTER = Segmenter(len, 1_000)
WORDS = re.compile(r"\w+")
ELSEWHERE = ["how do i bake bread", "what does the parcel weigh"]


class Model:
    """Finds names after "by" where the question asks who, and the thing asked about is there."""

    def read_many(self, asked: Sequence[tuple[str, Sequence[str]]]) -> list[list[TokenScores]]:
        return [self.read(question, texts) for question, texts in asked]

    def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
        return [self._scores(set(WORDS.findall(question.lower())), text) for text in texts]

    def _scores(self, asked: set[str], text: str) -> TokenScores:
        spans = np.array([match.span() for match in WORDS.finditer(text)])
        scores = np.full(len(spans), -4.0, dtype=np.float32)
        words = [text[start:end] for start, end in spans]
        for number in range(1, len(words)):
            if "who" in asked and words[number - 1] == "by":
                scores[number] = 1.5 * len(asked & {"bridge", words[1].lower()}) - 1.5
        return TokenScores(spans[:, 0], spans[:, 1], scores, scores)


COLOURS = "red blue green grey brown white black pink".split()
PEOPLE = "Anna Bela Carl Dina Emil Fred Gina Hans".split()


def bridges() -> list[SegmentedArticle]:
    articles: list[list[tuple[str, list[tuple[str, list[int]]]]]] = [[], []]
    for number, (colour, name) in enumerate(zip(COLOURS, PEOPLE, strict=True)):
        context = f"The {colour} bridge was built by {name}. The {colour} water is deep. Ships pass below it."
        questions = [
            (f"Who built the {colour} bridge?", [context.index(name)]),
            (f"How is the {colour} water?", [context.index("deep")]),
        ]
        articles[number % 2].append((context, questions))
    return [
        SEGMENTER.segment(f"{number:04}", f"Bridges_of {number}", paragraphs)
        for number, paragraphs in enumerate(articles)
    ]


def reads() -> list[ReadingExample]:
    articles = bridges()
    texts = unrelated_texts(ELSEWHERE, NONSENSE)
    texts += [text for article in articles for text in article.texts_to_embed()]
    library = TrainingLibrary.build(articles, {text: word_vector(text) for text in texts})
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    reader = SpanReader(cast(SpanModel, Model()), library.retriever.catalog.texts, unweighted)
    return list(read_questions_of(library, reader, Ranker.load(), NATURAL, ELSEWHERE))


def who_built(examples: Sequence[ReadingExample]) -> list[ReadingExample]:
    return [example for example in examples if example.question.text.lower().startswith("who built")]


def changed(
    example: ReadingExample, *, group: str | None = None, gold: frozenset[int] | None = None, kind: str = ""
) -> ReadingExample:
    question = example.question
    new = replace(
        question,
        group=question.group if group is None else group,
        gold=question.gold if gold is None else gold,
        kind=kind or question.kind,
    )
    return replace(example, question=new)


@pytest.fixture(scope="module")
def seen() -> list[ReadingExample]:
    return reads()


def test_what_is_read(seen: list[ReadingExample]) -> None:
    kinds = [example.question.kind for example in seen]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "answerable": 16,
        "elsewhere": len(ELSEWHERE),
        "chat": len(CHAT) + NONSENSE,
    }
    answerable = seen[:16]
    assert {example.question.group for example in answerable} == {"natural 0", "natural 1"}
    # In turns of the article alone and of the whole library.
    articles = [len({candidate.article for candidate, _ in example.ranked}) for example in answerable]
    assert set(articles[::2]) == {1} and set(articles[1::2]) == {2}
    assert all(example.spans for example in answerable)


def test_reading_is_weighed_in_and_puts_the_answer_first(seen: list[ReadingExample]) -> None:
    who = who_built(seen)
    weights = learn_joint(who)
    assert list(weights) == list(RANK_FEATURES)
    assert sum(weights.values()) - weights["retrieval"] > 0
    assert all(example.right for example in confidence_examples(who, weights))
    against = dict(zip(RANK_FEATURES, (0.0, -1.0, 0.0), strict=True))
    assert not any(example.right for example in confidence_examples(who, against))


def _wrong(example: ReadingExample) -> frozenset[int]:
    """Return the sentences that do not answer."""
    return frozenset(example.spans) - example.question.gold


@pytest.mark.slow
def test_the_report_orders_each_article_without_itself_alone(
    seen: list[ReadingExample], tmp_path: Path
) -> None:
    (tmp_path / SETTINGS_FILE).write_text("{}", encoding="utf-8")
    who = who_built(seen)
    strangers = [example for example in seen if example.question.kind != "answerable"]
    turned = [changed(example, group=f"{SQUAD2} 0", gold=_wrong(example)) for example in who] * 36
    right = [changed(example, group=f"{SQUAD2} 1") for example in who]
    unanswerable = [
        changed(examples[0], kind="unanswerable", gold=frozenset()) for examples in (turned, right)
    ]
    everything = [*who, *turned, *right, *unanswerable, *strangers]
    weights, shown = learn(everything, tmp_path)
    shipped = learn_joint(everything)
    assert json.loads(weights)["ranking"] == pytest.approx(shipped, abs=1e-4)  # which are rounded
    assert json.loads(weights)["reader"] == file_sha256(tmp_path / SETTINGS_FILE)
    assert any(example.right for example in confidence_examples(turned, shipped))
    assert all(example.right for example in confidence_examples(right, learn_joint(who)))
    # The order that the others teach is wrong for the one, and the order that it teaches is for the other.
    assert "| right sentence first, answerable | 0.0 % |" in shown
    backwards = dict(zip(RANK_FEATURES, (0.0, -1.0, 0.0), strict=True))
    kept, shown = learn(everything, tmp_path, backwards)
    assert json.loads(kept)["ranking"] == backwards
    assert "| right sentence first, answerable | 97.3 % |" in shown  # 288 of 296


def test_looking_like_a_question_does_not_count_against_an_answer(seen: list[ReadingExample]) -> None:
    asks = CONFIDENCE_FEATURES.index("asks")
    examples = []
    for example in confidence_examples(seen, learn_joint(seen)):
        example.evidence[asks] = float(not example.right)
        examples.append(example)
    assert learn_confidence(examples)["asks"] == 0


def test_confidence_of_what_was_read(seen: list[ReadingExample]) -> None:
    weights = learn_joint(seen)
    examples = list(confidence_examples(seen, weights))
    assert {example.kind for example in examples} == {"answerable", "elsewhere", "chat"}
    for example in examples:
        assert example.evidence.shape == (len(CONFIDENCE_FEATURES),)
        assert np.isfinite(example.evidence).all()
    assert not any(example.right for example in examples if example.kind != "answerable")
    confidence = learn_confidence(examples)
    assert list(confidence) == list(CONFIDENCE_FEATURES)
    assert confidence["span_log_odds"] >= 0 and confidence["retrieval"] >= 0 and confidence["negated"] <= 0
    assert all(confidence[name] * sign >= 0 for name, sign in SIGNS.items() if name in confidence)
    logits = np.array([example.evidence @ np.array(list(confidence.values())) for example in examples])
    right = np.array([example.right for example in examples])
    assert logits[right].mean() > logits[~right].mean() + 1
    loaded = ReadingWeights.load(weights_json({"ranking": weights, "confidence": confidence}, reader="abc"))
    assert loaded.ranking == pytest.approx(list(weights.values()), abs=1e-4)
    assert loaded.confidence == pytest.approx(list(confidence.values()), abs=1e-4)
    assert loaded.reader == "abc"


def test_a_question_that_finds_nothing_makes_no_example() -> None:
    question = PosedQuestion("chat", "g", "hello", None, frozenset())
    empty = ReadingExample(question, [], {}, {})
    assert list(confidence_examples([empty], dict.fromkeys(RANK_FEATURES, 0.0))) == []


def test_the_command_keeps_an_order_that_it_is_given(
    seen: list[ReadingExample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joint, "read_data", lambda *_, **__: iter(seen))
    (tmp_path / SETTINGS_FILE).write_text("{}", encoding="utf-8")
    order = dict(zip(RANK_FEATURES, (0.5, 0.25, 0.0), strict=True))
    ranking, out, shown = (tmp_path / name for name in ("ranking.json", "weights.json", "report.md"))
    ranking.write_text(json.dumps({"ranking": order}), encoding="utf-8")
    options = {"questions": tmp_path, "squad2": tmp_path, "squadshifts": tmp_path, "reader": tmp_path}
    options |= {"ranking": ranking, "out": out, "report": shown}
    joint.main([text for name, path in options.items() for text in (f"--{name}", str(path))])
    assert json.loads(out.read_text(encoding="utf-8"))["ranking"] == order
    assert "| threshold |" in shown.read_text(encoding="utf-8")
