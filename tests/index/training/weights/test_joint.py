"""Joint weights and the confidence, fitted on made numbers and on a miniature library that is read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from index.models.encoder import Encoder
from index.models.span_model import SpanModel, TokenScores
from index.reading.span_reader import CONFIDENCE_FEATURES, RANK_FEATURES, ReadingWeights, SpanReader
from index.retrieval.ranking import Ranker
from index.training.datasets.lessons import Lesson
from index.training.datasets.training_libraries import CHAT, TrainingLibrary, nonsense, sloppy
from index.training.weights.fitting import fit_confidence, fit_ranking
from index.training.weights.joint import (
    NONSENSE,
    PARAGRAPHS,
    READ_SIGNS,
    SHARES,
    SQUAD2,
    Read,
    as_json,
    cases,
    held_out_cuts,
    learn,
    learn_confidence,
    learn_joint,
    read_all,
)
from index.training.weights.report import Case, report
from tests.index.training.weights.test_fusion import vector
from tests.support.miniature_datasets import lesson_of, part, text_of

ENCODER = cast(Encoder, SimpleNamespace(count_tokens=len, window=1_000))
WORDS = re.compile(r"\w+")
ELSEWHERE = ["how do i bake bread", "what does the parcel weigh"]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """So few numbers gain nothing by more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def test_a_ranking_finds_the_signal_and_its_sign() -> None:
    source = np.random.default_rng(1)
    rows, gold = [], []
    for _ in range(300):
        features = source.normal(size=(int(source.integers(2, 9)), 3)) * (1, 100, 1)
        scores = 2 * features[:, 0] - 0.01 * features[:, 1] + source.gumbel(size=len(features))
        rows.append(features)
        gold.append(scores == scores.max())
    found = fit_ranking(rows, gold, ("good", "bad", "noise"))
    assert found["good"] == pytest.approx(2.0, abs=0.4)
    assert found["bad"] == pytest.approx(-0.01, abs=0.004)
    assert abs(found["noise"]) < 0.25
    assert fit_ranking(rows, gold, ("good", "bad", "noise")) == found
    # Of several that answer any will do; a feature without spread says nothing.
    both = fit_ranking(
        [np.array([[1.0, 5], [1, 5], [0, 5]])] * 9, [np.array([True, True, False])] * 9, ("a", "b")
    )
    assert both["a"] > 1 and both["b"] == pytest.approx(0, abs=1e-6)


def made(count: int, weights: Sequence[float], kind: str = "answerable") -> list[Case]:
    source = np.random.default_rng(len(kind))
    table = np.column_stack([np.ones(count), source.normal(size=(count, len(weights) - 1))])
    right = source.random(count) < sigmoid(table @ np.array(weights))
    return [
        Case(kind, f"{number % 5}", row, bool(one))
        for number, (row, one) in enumerate(zip(table, right, strict=True))
    ]


def test_a_confidence_is_calibrated_and_keeps_to_the_signs() -> None:
    names = ("bias", "up", "down", "free")
    learnt = made(4_000, (-0.5, 1.0, -1.0, -0.7))
    found = fit_confidence(learnt, names, {"up": 1.0, "down": -1.0}, SHARES)
    assert list(found.values()) == pytest.approx([-0.5, 1.0, -1.0, -0.7], abs=0.2)
    # What is known to speak for an answer never speaks against it.
    turned = fit_confidence(learnt, names, {"up": -1.0, "down": 1.0, "free": 1.0}, SHARES)
    assert turned["up"] == pytest.approx(0, abs=0.02) and turned["up"] <= 0
    assert turned["down"] == pytest.approx(0, abs=0.02) and turned["down"] >= 0
    assert turned["free"] == pytest.approx(0, abs=0.02)


def test_a_confidence_is_a_probability_under_the_assumed_mix() -> None:
    kinds = {"answerable": 10, "unanswerable": 300, "elsewhere": 5, "chat": 90}
    learnt = [
        Case(kind, "g", np.array([1.0, 0.0]), kind == "answerable")
        for kind, count in kinds.items()
        for _ in range(count)
    ]
    found = fit_confidence(learnt, ("bias", "nothing"), {}, SHARES)
    assert sigmoid(np.array(found["bias"])) == pytest.approx(SHARES["answerable"], abs=0.01)
    assert sum(SHARES.values()) == pytest.approx(1)


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


def lessons(domain: str = "new_wiki", *, held_out: bool = True) -> list[Lesson]:
    found = []
    for number, (colour, name) in enumerate(zip(COLOURS, PEOPLE, strict=True)):
        context = f"The {colour} bridge was built by {name}. The {colour} water is deep. Ships pass below it."
        text = text_of(context, f"Bridges_of {number % 2}", domain, held_out=held_out)
        found.append(lesson_of(f"Who built the {colour} bridge?", text, name))
        found.append(lesson_of(f"How is the {colour} water?", text, "deep"))
    return found


def reads(group: str = "held out wiki") -> list[Read]:
    cuts = held_out_cuts(lessons(), ENCODER)
    texts = [*ELSEWHERE, *CHAT, *nonsense(NONSENSE)]
    for cut in cuts:
        texts += [*cut.texts(cut.sentences), *cut.texts(cut.passages)]
        texts += [text for asked in cut.asked for text in (asked.text, sloppy(asked.text))]
    library = TrainingLibrary.build(cuts, {text: vector(text) for text in texts})
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    reader = SpanReader(cast(SpanModel, Model()), library.retriever.catalog.texts, unweighted)
    return list(read_all(library, reader, Ranker.load(), group, ELSEWHERE))


@pytest.fixture(scope="module")
def seen() -> list[Read]:
    return reads()


def test_articles_of_held_out_paragraphs() -> None:
    some = lessons(held_out=False)[:4] + lessons()[4:]
    cuts = held_out_cuts(some, ENCODER)
    assert [cut.article.title for cut in cuts] == ["Bridges of 0", "Bridges of 1"]
    for cut in cuts:
        assert (
            cut.article.text.count("\n\n") == 3
        )  # those that are not held out are read, but not asked about
        assert len(cut.asked) == 6
        for asked in cut.asked:
            (number,) = asked.gold
            sentence = part(cut.article.text, (cut.sentences[number].start, cut.sentences[number].end))
            colour = asked.text.split()[3]
            assert sentence.startswith(
                f"The {colour} {'bridge' if asked.text.startswith('Who') else 'water'}"
            )


def test_reviews_make_articles_of_so_many_paragraphs() -> None:
    texts = [
        text_of(f"Review {number}.", f"{number}", "reddit", held_out=True) for number in range(PARAGRAPHS + 3)
    ]
    cuts = held_out_cuts([lesson_of(f"What is {one.topic}?", one, "Review") for one in texts], ENCODER)
    assert [len(cut.asked) for cut in cuts] == [PARAGRAPHS, 3]
    assert [cut.article.title for cut in cuts] == ["reddit 0", "reddit 1"]


def test_the_questions_of_a_paragraph_go_to_one_article() -> None:
    texts = [
        text_of(f"Review {number}.", f"{number}", "reddit", held_out=True) for number in range(PARAGRAPHS + 1)
    ]
    asked = [
        lesson_of(f"{word} {one.topic}?", one, "Review") for one in texts for word in ("What is", "Which is")
    ]
    cuts = held_out_cuts(asked, ENCODER)
    assert [len(cut.asked) for cut in cuts] == [2 * PARAGRAPHS, 2]
    assert [len(cut.sentences) for cut in cuts] == [PARAGRAPHS, 1]


def test_what_is_read(seen: list[Read]) -> None:
    kinds = [one.kind for one in seen]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "answerable": 16,
        "elsewhere": len(ELSEWHERE),
        "chat": len(CHAT) + NONSENSE,
    }
    assert [bool(one.gold) for one in seen] == [kind == "answerable" for kind in kinds]
    asked = [one for one in seen if one.kind == "answerable"]
    assert {one.group for one in asked} == {"held out wiki 0", "held out wiki 1"}
    assert [one.question[0].islower() for one in asked] == [number % 3 == 0 for number in range(16)]
    # In turns of the article alone and of the whole library.
    articles = [len({candidate.article for candidate, _ in one.ranked}) for one in asked]
    assert set(articles[::2]) == {1} and set(articles[1::2]) == {2}
    assert all(one.found for one in asked)


def test_reading_is_weighed_in_and_puts_the_answer_first(seen: list[Read]) -> None:
    who = [one for one in seen if one.question.lower().startswith("who built")]
    weights = learn_joint(who)
    assert list(weights) == list(RANK_FEATURES)
    assert weights["sentence_log_odds"] + weights["window_log_share"] > 0
    learnt = list(cases(who, weights))
    assert all(case.right for case in learnt)
    against = list(cases(who, dict(zip(RANK_FEATURES, (0.0, -1.0, 0.0), strict=True))))
    assert not any(case.right for case in against)


def test_the_order_is_learnt_from_questions_of_an_encyclopedia() -> None:
    who = [one for one in reads() if one.question.lower().startswith("who built")]
    backwards = [replace(one, group="held out other 0", gold=_wrong(one)) for one in who] * 12
    squad = [replace(one, group=f"{SQUAD2} 0") for one in who]
    alone, mixed = (
        learn_joint([*who, *(replace(one, group=group) for one in backwards)])
        for group in ("held out other 0", f"{SQUAD2} 0")
    )
    assert learn_joint(squad) == learn_joint(who) == alone
    assert mixed["sentence_log_odds"] + mixed["window_log_share"] < 0.1 * (
        alone["sentence_log_odds"] + alone["window_log_share"]
    )


def _wrong(one: Read) -> frozenset[int]:
    """Return the sentences that do not answer."""
    return frozenset(one.found) - one.gold


def test_the_report_orders_each_article_without_itself_alone() -> None:
    seen = reads()
    who = [one for one in seen if one.question.lower().startswith("who built")]
    strangers = [one for one in seen if one.kind != "answerable"]
    turned = [replace(one, group=f"{SQUAD2} 0", gold=_wrong(one)) for one in who] * 36
    right = [replace(one, group=f"{SQUAD2} 1") for one in who]
    asked = [replace(some[0], kind="unanswerable", gold=frozenset()) for some in (turned, right)]
    everything = [*who, *turned, *right, *asked, *strangers]
    weights, shown = learn(everything, "abc")
    shipped = learn_joint(everything)
    assert json.loads(weights)["ranking"] == pytest.approx(shipped, abs=1e-4)
    assert json.loads(weights)["reader"] == "abc"
    assert any(case.right for case in cases(turned, shipped))
    assert all(case.right for case in cases(right, learn_joint(who)))
    # By the others' order the one is wrong, and by one that it turned the other is.
    assert "| right sentence first, answerable | 0.0 % |" in shown


def test_cases_and_their_confidence(seen: list[Read]) -> None:
    weights = learn_joint(seen)
    learnt = list(cases(seen, weights))
    assert {case.kind for case in learnt} == {"answerable", "elsewhere", "chat"}
    assert all(
        case.evidence.shape == (len(CONFIDENCE_FEATURES),) and np.isfinite(case.evidence).all()
        for case in learnt
    )
    assert not any(case.right for case in learnt if case.kind != "answerable")
    sure = learn_confidence(learnt)
    assert list(sure) == list(CONFIDENCE_FEATURES)
    assert sure["span_log_odds"] >= 0 and sure["retrieval"] >= 0 and sure["negated"] <= 0
    assert all(sure[name] * sign >= 0 for name, sign in READ_SIGNS.items() if name in sure)
    logits = np.array([case.evidence @ np.array(list(sure.values())) for case in learnt])
    right = np.array([case.right for case in learnt])
    assert logits[right].mean() > logits[~right].mean() + 1
    loaded = ReadingWeights.load(as_json(weights, sure, "abc"))
    assert loaded.ranking == pytest.approx([weights[name] for name in RANK_FEATURES], abs=1e-4)
    assert loaded.confidence == pytest.approx([sure[name] for name in CONFIDENCE_FEATURES], abs=1e-4)
    assert "-0.0" not in re.findall(r"-?[\d.]+", as_json(dict.fromkeys(RANK_FEATURES, -1e-9), sure, ""))
    assert set(json.loads(as_json(weights, sure, "abc"))) == {"reader", "ranking", "confidence"}
    assert loaded.reader == "abc"


def test_a_question_that_finds_nothing_makes_no_case() -> None:
    empty = Read("chat", "g", "hello", [], {}, frozenset(), {})
    assert list(cases([empty], dict.fromkeys(RANK_FEATURES, 0.0))) == []


def test_the_report_judges_each_article_without_itself() -> None:
    names = ("bias", "up", "down")
    learnt = [case for kind in SHARES for case in made(60, (0.0, 2.0, -1.0), kind)]
    other = [Case("answerable", "other", np.array([1.0, 0.0, 0.0]), True)] * 40
    asked: list[set[str]] = []
    left_out: list[str | None] = []

    def learn(some: Sequence[Case]) -> Mapping[str, float]:
        asked.append({case.group for case in some})
        return dict(zip(names, (0.0, 2.0, -1.0), strict=True))

    def without(group: str | None) -> list[Case]:
        left_out.append(group)
        return [*learnt, *other]

    table = report(without, learn, names)
    tested = {f"{number}" for number in range(5)}
    assert left_out == [None, *sorted(tested)]
    assert asked[0] == tested | {"other"}
    assert asked[1:] == [asked[0] - {group} for group in sorted(tested)]
    first = np.mean([case.right for case in learnt if case.kind == "answerable"])
    assert f"| right sentence first, answerable | {100 * first:.1f} % |" in table
    assert "| AUROC answerable / adversarially unanswerable | 0." in table
    assert table.count("\n| 0.") == 4
