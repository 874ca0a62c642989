"""The trained reader with a model that scores as it is told: order, marks, confidence."""

import json
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FootnoteError
from index.models.span_model import TokenScores
from index.reading.confidence import EVIDENCE
from index.reading.span_reader import (
    ANSWER_TOKENS,
    CONFIDENCE_FEATURES,
    MOST_LOG_ODDS,
    MOST_WINDOWS,
    RANK_FEATURES,
    ReadingWeights,
    best_span,
    confidence_features,
    rerank,
)
from tests.support.scripted_reader import (
    BOTH,
    LOW,
    QUESTION,
    TOKEN,
    Model,
    far,
    marked,
    ranking,
    read,
    reader,
    weights,
)
from tests.support.sentence_texts import SentenceTexts


def test_the_best_span_is_in_order_and_not_too_long() -> None:
    low = np.full(8, -5, dtype=np.float32)
    start, end = low.copy(), low.copy()
    start[5], end[2], start[1], end[6] = 9.0, 9.0, 2.0, 3.0
    assert best_span(start, end) == (5, 6, 12.0)
    long = np.full(ANSWER_TOKENS + 1, -5, dtype=np.float32)
    long[0] = long[-1] = 9.0
    assert best_span(long, long)[2] == 18.0  # one token alone, not the one token too many


def test_the_sentence_with_the_best_span_comes_first_and_is_marked() -> None:
    shelf = SentenceTexts.of(
        ["It rained.", "The bridge is long.", "In 1998 Anna Berg opened it.", "It is red."]
    )
    model = Model({"Anna Berg": 4.0, "long": 1.0})
    readings = read(shelf, model, ranking(shelf, 1, 3, 2, 0))
    assert [one.candidate.row for one in readings] == [2, 1, 3, 0]
    assert [marked(shelf, one) for one in readings[:2]] == ["Anna Berg", "long"]
    assert model.calls == [[shelf.articles[0]]]
    assert read(shelf, Model({"Anna Berg": 4.0, "long": 1.0}), ranking(shelf, 1, 3, 2, 0)) == readings


def test_retrieval_and_reading_weigh_as_learnt() -> None:
    shelf = SentenceTexts.of(["Carl drew it.", "Anna opened it."])
    model = Model({"Carl": 1.0, "Anna": 1.1})
    ranked = ranking(shelf, 0, 1)
    assert [one.candidate.row for one in read(shelf, model, ranked)] == [0, 1]
    alone = weights({"sentence_log_odds": 1.0})
    assert [one.candidate.row for one in read(shelf, model, ranked, learnt=alone)] == [1, 0]


def test_all_spans_of_a_sentence_speak_for_it() -> None:
    shelf = SentenceTexts.of(["Carl drew it.", "Anna Berg opened it."])
    model = Model({"Carl": 2.1, "Anna": 2.0, "Anna Berg": 2.0})  # where the name ends is open
    ranked = [(shelf.candidate(row), 0.0) for row in (0, 1)]
    assert [one.candidate.row for one in read(shelf, model, ranked)] == [1, 0]
    carl, anna = (reader(shelf, model).score(QUESTION, ranked)[row] for row in (0, 1))
    assert carl.span_log_odds == pytest.approx(
        carl.sentence_log_odds, abs=0.01
    ) and carl.span_log_odds > anna.span_log_odds == pytest.approx(4.0)
    assert anna.sentence_log_odds == pytest.approx(4.0 + math.log(2), abs=0.01)
    assert anna.window_log_share - carl.window_log_share == pytest.approx(
        anna.sentence_log_odds - carl.sentence_log_odds, abs=1e-5
    )  # of one window


def test_equal_scores_go_by_row() -> None:
    shelf = SentenceTexts.of(["Anna opened it."], ["Anna opened it."])
    ranked = [(shelf.candidate(1), 0.0), (shelf.candidate(0), 0.0)]
    assert [one.candidate.row for one in read(shelf, Model({"Anna": 1.0}), ranked)] == [0, 1]


def test_a_span_ends_where_its_sentence_does() -> None:
    shelf = SentenceTexts.of(["Opened by Anna", "Berg drew it."])
    model = Model({"Anna Berg": 5.0})  # starts in one sentence, ends in the next
    first, second = read(shelf, model, ranking(shelf, 0, 1))
    assert marked(shelf, first) == "Anna"
    assert second.candidate.row == 1
    assert marked(shelf, second) in {"Berg", "Berg drew it."}
    assert second.highlight is not None and second.highlight[0] >= second.candidate.start


def test_an_answer_is_no_longer_than_so_many_tokens() -> None:
    words = [f"w{number}" for number in range(ANSWER_TOKENS + 1)]
    within, beyond = " ".join(words[:-1]), " ".join(words)
    shelf = SentenceTexts.of([f"Said {beyond} ."])
    assert marked(shelf, read(shelf, Model({within: 3.0}), ranking(shelf, 0))[0]) == within
    found = marked(shelf, read(shelf, Model({beyond: 3.0}), ranking(shelf, 0))[0])
    assert found is not None and found != beyond and len(found.split()) <= ANSWER_TOKENS


def test_the_last_token_is_not_before_the_first() -> None:
    shelf = SentenceTexts.of(["Berg is not Anna."])
    model = Model()
    model.token_scores = lambda text: TokenScores(  # type: ignore[method-assign]
        np.array([0, 12]), np.array([4, 16]), np.float32([-9, 5]), np.float32([5, -9])
    )
    (reading,) = read(shelf, model, ranking(shelf, 0))
    assert marked(shelf, reading) in {"Berg", "Anna"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("橋は山田さんが開いた。", "山"),
        ("👩‍👩‍👧 says 🇨🇭: Anna did it.", "Anna"),
        ("Zoe\u0301 and 👍 opened it.", "👍"),
        ("\U00020000\U00020001 Anna", "\U00020001"),
    ],
)
def test_marks_count_code_points(text: str, answer: str) -> None:
    shelf = SentenceTexts([("👍👍\n\n", "東京 is far."), ("\n\n\U0001f468 ", text)])
    first = read(shelf, Model({answer: 3.0}), ranking(shelf, 0, 1))[0]
    assert first.candidate.row == 1
    assert marked(shelf, first) == answer


def test_what_stands_between_sentences_is_not_read() -> None:
    shelf = SentenceTexts([("", "It rained."), ("\n\n## Anna ", "It is red.")])
    model = Model({"Anna": 9.0})
    readings = read(shelf, model, ranking(shelf, 0, 1))
    assert model.calls == [["It rained." + " " * 10 + "It is red."]]
    assert all("Anna" not in (marked(shelf, one) or "") for one in readings)


def test_nothing_to_read() -> None:
    shelf = far("Anna.", "\u200b")
    model = Model()
    assert read(shelf, model, []) == []
    assert reader(shelf, model).score(QUESTION, []) == {}
    model.token_scores = lambda text: TokenScores(  # type: ignore[method-assign]
        np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.float32)
    )
    readings = read(shelf, model, ranking(shelf, 3, 1))
    assert [(one.candidate.row, one.highlight) for one in readings] == [(3, None), (1, None)]
    assert all(0 <= one.score <= 1 for one in readings)


def test_a_sentence_without_tokens_of_its_own_is_not_marked() -> None:
    shelf = SentenceTexts.of(["   ", "Anna opened it."])  # no tokens among white space
    readings = read(shelf, Model({"Anna": 2.0}), ranking(shelf, 0, 1))
    assert [(one.candidate.row, marked(shelf, one)) for one in readings] == [(1, "Anna"), (0, None)]


def test_a_sure_span_makes_a_sure_answer() -> None:
    def first(marks: Mapping[str, float]) -> float:
        shelf = SentenceTexts.of(["Anna opened it.", "Carl did not."])
        return read(shelf, Model(marks), ranking(shelf, 0, 1))[0].score

    assert first({}) < first({"Anna": -1.0}) < first({"Anna": 1.0}) < first({"Anna": 3.0})


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Who didn't come?", "Anna came.", True),
        ("Which city is not on the river?", "Brell is on the river.", True),
        ("Which city is not on the river?", "Brell isn’t on the river.", False),
        ("Who came?", "Anna never came.", False),
        ("Who was No. 1 in 1998?", "Anna led.", False),
        ("Who wrote Dr. No?", "Anna wrote it.", False),
        ("What is a knot?", "A knot is a loop.", False),
    ],
)
def test_a_negation_that_the_sentence_does_not_have(question: str, sentence: str, expected: bool) -> None:
    shelf = SentenceTexts.of([sentence])
    seen = confidence_features(question, ranking(shelf, 0), {}, lambda _: 1.0, 0.0)
    assert bool(seen[CONFIDENCE_FEATURES.index("negated")]) is expected


def test_a_mark_takes_the_accents_of_its_last_letter() -> None:
    sentence = "The painter is Jose\u0301."
    shelf = SentenceTexts.of([sentence])

    class Stripping(Model):
        def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
            places = np.array([[0, 3], [4, 11], [12, 14], [15, 19], [19, 20]])
            scores = np.float32([-9, -9, -9, 5, -9])
            return [TokenScores(places[:, 0], places[:, 1], scores, scores) for _ in texts]

    (reading,) = read(shelf, Stripping({}), ranking(shelf, 0))
    assert reading.highlight is not None
    assert sentence[slice(*reading.highlight)] == "Jose\u0301"


def test_no_mark_begins_or_ends_with_an_empty_token() -> None:
    shelf = SentenceTexts.of(["Anna  came."])

    class Empty(Model):
        def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
            places = np.array([[0, 4], [5, 5], [6, 10], [10, 11]])
            scores = np.float32([1, 9, -9, -9])
            return [TokenScores(places[:, 0], places[:, 1], scores, scores) for _ in texts]

    (reading,) = read(shelf, Empty({}), ranking(shelf, 0))
    assert reading.highlight == (0, 4)


def test_log_odds_and_shares_are_those_of_all_spans() -> None:
    shelf = SentenceTexts.of(["Anna Berg."])
    found = reader(shelf, Model({"Anna Berg": 2.0})).score(QUESTION, ranking(shelf, 0))[0]
    whole = math.log(1 + math.exp(2.0) + 2 * math.exp(LOW))
    assert found.span_log_odds == pytest.approx(4.0)
    assert found.sentence_log_odds == pytest.approx(4.0 + math.log(1 + 3 * math.exp(LOW - 2.0)), abs=0.01)
    assert found.window_log_share == pytest.approx(found.sentence_log_odds - 2 * whole, abs=1e-5)
    huge = reader(shelf, Model({"Anna": 1e4})).score(QUESTION, ranking(shelf, 0))[0]
    assert (huge.span_log_odds, huge.sentence_log_odds, huge.window_log_share) == (
        MOST_LOG_ODDS,
        MOST_LOG_ODDS,
        pytest.approx(0.0),
    )
    never = reader(shelf, Model(dict.fromkeys(("Anna", "Berg", "."), -10000.0))).score(
        QUESTION, ranking(shelf, 0)
    )[0]
    assert (never.span_log_odds, never.sentence_log_odds, never.window_log_share) == (-MOST_LOG_ODDS,) * 3


PLACES = st.lists(
    st.text(st.sampled_from("ab1 .東👍\u0301\n"), min_size=1, max_size=50), min_size=1, max_size=30
)


@pytest.mark.slow
@given(st.lists(PLACES, min_size=1, max_size=3), st.integers(0, 999), st.data())
def test_whatever_the_model_says(articles: list[list[str]], seed: int, data: st.DataObject) -> None:
    shelf = SentenceTexts.of(*articles)
    rows = data.draw(st.permutations(range(len(shelf.sentences))))
    rows = rows[: data.draw(st.integers(1, len(rows)))]
    ranked = ranking(shelf, *rows)
    learnt = weights(
        {"retrieval": 0.7, "sentence_log_odds": 0.3, "window_log_share": 0.4},
        {"bias": -1.0, "span_log_odds": 0.2},
    )
    model = Model(seed=seed)
    readings = read(shelf, model, ranked, learnt=learnt)
    assert sorted(one.candidate.row for one in readings) == sorted(rows)
    scores = [one.score for one in readings]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    for one in readings:
        text = marked(shelf, one)
        assert text is None or 0 < len(TOKEN.findall(text)) <= ANSWER_TOKENS
    unread = [one.candidate.row for one in readings if one.highlight is None]
    if any(one.highlight for one in readings):
        assert unread == [row for row in rows if row in set(unread)]
        assert all(one.highlight is None for one in readings[len(readings) - len(unread) :])
    assert sum(map(len, model.calls)) <= MOST_WINDOWS
    assert read(shelf, Model(seed=seed), ranked, learnt=learnt) == readings


def test_joint_scores_never_rise() -> None:
    shelf = far("One.", "Two.", "Three.", "Four.")
    found = reader(shelf, Model({"One": 1.0})).score(QUESTION, ranking(shelf, 1, 3))
    joined = rerank(ranking(shelf, 7, 1, 5, 3), found, BOTH.ranking)
    assert [candidate.row for candidate, _ in joined] == [1, 3, 7, 5]
    scores = [score for _, score in joined]
    assert scores == sorted(scores, reverse=True)
    assert scores[2] == pytest.approx(scores[1])
    assert scores[3] == pytest.approx(scores[2] - 1.0)
    assert rerank([], {}, BOTH.ranking) == []
    assert rerank(ranking(shelf, 7, 1), {}, BOTH.ranking)[0][0].row == 7


def test_weights_are_read_and_must_fit() -> None:
    good = {
        "ranking": dict.fromkeys(RANK_FEATURES, 1.0),
        "confidence": dict.fromkeys(CONFIDENCE_FEATURES, 2.0),
    }
    found = ReadingWeights.load(json.dumps(good))
    assert found.ranking.tolist() == [1.0] * len(RANK_FEATURES)
    assert found.confidence.tolist() == [2.0] * len(CONFIDENCE_FEATURES)
    shipped = ReadingWeights.load()
    assert len(shipped.ranking) == len(RANK_FEATURES) and len(shipped.confidence) == len(CONFIDENCE_FEATURES)
    old = good | {"confidence": dict.fromkeys(EVIDENCE, 2.0)}
    for bad in (
        "",
        "{}",
        json.dumps(old),
        json.dumps(good | {"ranking": {}}),
        json.dumps(good).replace("1.0", "NaN"),
    ):
        with pytest.raises(FootnoteError, match=re.escape("reading.json")):
            ReadingWeights.load(bad)
