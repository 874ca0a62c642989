"""The trained reader with a model that scores as it is told: order, marks, confidence, how much is read."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelf import Shelf

from index.reader import Asked, Reading
from index.records import Ranked
from index.span_model import SpanModel, TokenScores
from index.span_reader import (
    ANSWER_TOKENS,
    FIRST_WINDOWS,
    JOINT,
    MOST_LOG_ODDS,
    MOST_WINDOWS,
    SURE,
    ReadingWeights,
    SpanReader,
    best_span,
    join,
    sureness,
)

QUESTION = "Who opened the bridge?"
TOKEN = re.compile(r"[a-z0-9]+|[^\sa-z0-9]", re.IGNORECASE)
LOW = -6.0


class Model:
    """Gives the first and the last token of each phrase in `marks` a score, and all others `LOW`."""

    def __init__(self, marks: Mapping[str, float] = {}, seed: int | None = None) -> None:
        self.marks = marks
        self.seed = seed
        self.calls: list[list[str]] = []

    def read_many(self, asked: Sequence[tuple[str, Sequence[str]]]) -> list[list[TokenScores]]:
        return [self.read(question, texts) for question, texts in asked]

    def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
        assert question == QUESTION
        self.calls += [list(texts)] if texts else []
        return [self._scores(text) for text in texts]

    def _scores(self, text: str) -> TokenScores:
        spans = np.array([match.span() for match in TOKEN.finditer(text)], dtype=np.int64).reshape(-1, 2)
        start, end = (np.full(len(spans), LOW, dtype=np.float32) for _ in range(2))
        if self.seed is not None:
            start, end = np.random.default_rng([self.seed, *text.encode()]).normal(0, 9, (2, len(spans)))
        for phrase, score in self.marks.items():
            for match in re.finditer(re.escape(phrase), text):
                start[spans[:, 0] == match.start()] = score
                end[spans[:, 1] == match.end()] = score
        return TokenScores(spans[:, 0], spans[:, 1], np.float32(start), np.float32(end))


def weights(joint: Mapping[str, float], sure: Mapping[str, float] = {}) -> ReadingWeights:
    return ReadingWeights(
        np.array([joint.get(name, 0.0) for name in JOINT]), np.array([sure.get(name, 0.0) for name in SURE])
    )


BOTH = weights({"retrieval": 1.0, "mass": 1.0}, {"span": 0.5})


def ranking(shelf: Shelf, *rows: int) -> list[Ranked]:
    """Rank candidates in an order; one lies half a point below the one before."""
    return [(shelf.candidate(row), -0.5 * place) for place, row in enumerate(rows)]


def reader(shelf: Shelf, model: Model, learnt: ReadingWeights = BOTH) -> SpanReader:
    return SpanReader(cast(SpanModel, model), shelf.texts, learnt)


def read(
    shelf: Shelf, model: Model, ranked: Sequence[Ranked], count: int = 100, learnt: ReadingWeights = BOTH
) -> list[Reading]:
    (readings,) = reader(shelf, model, learnt).read([Asked(QUESTION, ranked, lambda _: 2.0, count)])
    return readings


def marked(shelf: Shelf, reading: Reading) -> str | None:
    if reading.highlight is None:
        return None
    start, end = reading.highlight
    assert reading.candidate.start <= start <= end <= reading.candidate.end
    return shelf.articles[reading.candidate.article][start:end]


def far(*texts: str) -> Shelf:
    """Put each text into an article of its own, behind a sentence that nothing ranks."""
    return Shelf(*([("# ", "Title."), ("\n\n", text)] for text in texts))


def test_the_best_span_is_in_order_and_not_too_long() -> None:
    low = np.full(8, -5, dtype=np.float32)
    start, end = low.copy(), low.copy()
    start[5], end[2], start[1], end[6] = 9.0, 9.0, 2.0, 3.0
    assert best_span(start, end) == (5, 6, 12.0)
    long = np.full(ANSWER_TOKENS + 1, -5, dtype=np.float32)
    long[0] = long[-1] = 9.0
    assert best_span(long, long)[2] == 18.0  # one token alone, not the one token too many


def test_the_sentence_with_the_best_span_comes_first_and_is_marked() -> None:
    shelf = Shelf.of(["It rained.", "The bridge is long.", "In 1998 Anna Berg opened it.", "It is red."])
    model = Model({"Anna Berg": 4.0, "long": 1.0})
    readings = read(shelf, model, ranking(shelf, 1, 3, 2, 0))
    assert [one.candidate.row for one in readings] == [2, 1, 3, 0]
    assert [marked(shelf, one) for one in readings[:2]] == ["Anna Berg", "long"]
    assert model.calls == [[shelf.articles[0]]]
    assert read(shelf, Model({"Anna Berg": 4.0, "long": 1.0}), ranking(shelf, 1, 3, 2, 0)) == readings


def test_retrieval_and_reading_weigh_as_learnt() -> None:
    shelf = Shelf.of(["Carl drew it.", "Anna opened it."])
    model = Model({"Carl": 1.0, "Anna": 1.1})
    ranked = ranking(shelf, 0, 1)
    assert [one.candidate.row for one in read(shelf, model, ranked)] == [0, 1]
    alone = weights({"mass": 1.0})
    assert [one.candidate.row for one in read(shelf, model, ranked, learnt=alone)] == [1, 0]


def test_all_spans_of_a_sentence_speak_for_it() -> None:
    shelf = Shelf.of(["Carl drew it.", "Anna Berg opened it."])
    model = Model({"Carl": 2.1, "Anna": 2.0, "Anna Berg": 2.0})  # where the name ends is open
    ranked = [(shelf.candidate(row), 0.0) for row in (0, 1)]
    assert [one.candidate.row for one in read(shelf, model, ranked)] == [1, 0]
    carl, anna = (reader(shelf, model).find(QUESTION, ranked)[row] for row in (0, 1))
    assert carl.span == pytest.approx(carl.mass, abs=0.01) and carl.span > anna.span == pytest.approx(4.0)
    assert anna.mass == pytest.approx(4.0 + math.log(2), abs=0.01)
    assert anna.share - carl.share == pytest.approx(anna.mass - carl.mass, abs=1e-5)  # of one window


def test_equal_scores_go_by_row() -> None:
    shelf = Shelf.of(["Anna opened it."], ["Anna opened it."])
    ranked = [(shelf.candidate(1), 0.0), (shelf.candidate(0), 0.0)]
    assert [one.candidate.row for one in read(shelf, Model({"Anna": 1.0}), ranked)] == [0, 1]


def test_a_span_ends_where_its_sentence_does() -> None:
    shelf = Shelf.of(["Opened by Anna", "Berg drew it."])
    model = Model({"Anna Berg": 5.0})  # starts in one sentence, ends in the next
    first, second = read(shelf, model, ranking(shelf, 0, 1))
    assert marked(shelf, first) == "Anna"
    assert second.candidate.row == 1
    assert marked(shelf, second) in {"Berg", "Berg drew it."}
    assert second.highlight is not None and second.highlight[0] >= second.candidate.start


def test_an_answer_is_no_longer_than_so_many_tokens() -> None:
    words = [f"w{number}" for number in range(ANSWER_TOKENS + 1)]
    within, beyond = " ".join(words[:-1]), " ".join(words)
    shelf = Shelf.of([f"Said {beyond} ."])
    assert marked(shelf, read(shelf, Model({within: 3.0}), ranking(shelf, 0))[0]) == within
    found = marked(shelf, read(shelf, Model({beyond: 3.0}), ranking(shelf, 0))[0])
    assert found is not None and found != beyond and len(found.split()) <= ANSWER_TOKENS


def test_the_last_token_is_not_before_the_first() -> None:
    shelf = Shelf.of(["Berg is not Anna."])
    model = Model()
    model._scores = lambda text: TokenScores(  # type: ignore[method-assign]
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
    shelf = Shelf([("👍👍\n\n", "東京 is far."), ("\n\n\U0001f468 ", text)])
    first = read(shelf, Model({answer: 3.0}), ranking(shelf, 0, 1))[0]
    assert first.candidate.row == 1
    assert marked(shelf, first) == answer


def test_what_stands_between_sentences_is_not_read() -> None:
    shelf = Shelf([("", "It rained."), ("\n\n## Anna ", "It is red.")])
    model = Model({"Anna": 9.0})
    readings = read(shelf, model, ranking(shelf, 0, 1))
    assert model.calls == [["It rained." + " " * 10 + "It is red."]]
    assert all("Anna" not in (marked(shelf, one) or "") for one in readings)


def test_a_settled_answer_stops_the_reading() -> None:
    shelf = far(*(f"Sentence {number}." for number in range(12)), "Anna opened it.")
    model = Model({"Anna": 8.0})
    readings = read(shelf, model, ranking(shelf, 25, *range(1, 24, 2)))
    assert [len(call) for call in model.calls] == [FIRST_WINDOWS]
    assert marked(shelf, readings[0]) == "Anna"
    unsettled = Model({"Anna": 0.5})
    read(shelf, unsettled, ranking(shelf, 25, *range(1, 24, 2)))
    assert [len(call) for call in unsettled.calls] == [FIRST_WINDOWS, MOST_WINDOWS - FIRST_WINDOWS]


def test_a_sentence_is_settled_by_all_its_spans() -> None:
    filler = [f"Sentence {number}." for number in range(12)]
    rows = (25, *range(1, 24, 2))

    def rounds(last: str, scores: dict[str, float]) -> int:
        shelf = far(*filler, last)
        model = Model(scores)
        read(shelf, model, ranking(shelf, *rows))
        return len(model.calls)

    open_end = {"Anna": 8.0, "Anna Berg": 8.0}
    assert rounds("Anna Berg opened it.", open_end) == 1  # a half each, of one sentence
    assert rounds("Anna opened it. Carl opened it.", {"Anna": 8.0, "Carl": 8.0}) == 2
    assert rounds("Anna Berg opened it.", {"Anna": 0.5, "Anna Berg": 0.5}) == 2


def test_an_answer_of_the_second_round_is_found() -> None:
    shelf = far(*(f"Sentence {number}." for number in range(12)))
    ranked = ranking(shelf, *range(1, 24, 2))
    last = Model({"7": 9.0})  # the eighth
    assert read(shelf, last, ranked)[0].candidate.row == 15
    beyond = Model({"8": 9.0})
    assert read(shelf, beyond, ranked)[0].candidate.row == 1
    assert sum(map(len, beyond.calls)) == MOST_WINDOWS
    assert not any("8" in text for call in beyond.calls for text in call)


def test_what_was_not_read_follows_as_it_was() -> None:
    shelf = far(*(f"Sentence {number}." for number in range(12)))
    rows = [23, 1, 21, 3, 19, 5, 17, 7, 15, 9, 13, 11]
    readings = read(shelf, Model({"5": 2.0}), ranking(shelf, *rows))
    assert [one.candidate.row for one in readings[-4:]] == rows[-4:]
    assert all(one.highlight is None for one in readings[-4:])
    assert all(one.highlight is not None for one in readings[:8])
    assert len({one.candidate.row for one in readings}) == 12
    assert read(shelf, Model({"5": 2.0}), ranking(shelf, *rows), 3) == readings[:3]
    assert read(shelf, Model({"5": 2.0}), ranking(shelf, *rows), 0) == []


def test_nothing_to_read() -> None:
    shelf = far("Anna.", "\u200b")
    model = Model()
    assert read(shelf, model, []) == []
    assert reader(shelf, model).find(QUESTION, []) == {}
    model._scores = lambda text: TokenScores(  # type: ignore[method-assign]
        np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.float32)
    )
    readings = read(shelf, model, ranking(shelf, 3, 1))
    assert [(one.candidate.row, one.highlight) for one in readings] == [(3, None), (1, None)]
    assert all(0 <= one.score <= 1 for one in readings)


def test_a_sentence_without_tokens_of_its_own_is_not_marked() -> None:
    shelf = Shelf.of(["   ", "Anna opened it."])  # no tokens among white space
    readings = read(shelf, Model({"Anna": 2.0}), ranking(shelf, 0, 1))
    assert [(one.candidate.row, marked(shelf, one)) for one in readings] == [(1, "Anna"), (0, None)]


def shown_twice(later: Mapping[str, float]) -> tuple[Shelf, Model]:
    """Return sentences of which the third is in both windows; the second window has other scores."""
    shelf = Shelf.of([f"Anna {number} {'x' * 140}." for number in range(6)])
    model = Model()
    before, after = Model({"Anna": 3.0})._scores, Model(later)._scores
    model._scores = lambda text: (before if text.startswith("Anna 0") else after)(text)  # type: ignore[method-assign]
    return shelf, model


def test_of_several_windows_the_mean_score_of_each_token_counts() -> None:
    shelf, model = shown_twice({"Anna": 1.0, "Anna 2": 4.0})
    found = reader(shelf, model).find(QUESTION, ranking(shelf, 1, 3))
    assert [text[:6] for text in model.calls[0]] == ["Anna 0", "Anna 2"]
    start = shelf.sentences[2].start
    # (3 + 4 + 3 + 1) / 2 of "Anna", (3 + 4 - 6 + 4) / 2 of "Anna 2".
    assert found[2].place == (start, start + 4)
    assert found[2].span == pytest.approx(5.5)
    assert (found[0].span, found[4].span) == (pytest.approx(6.0), pytest.approx(2.0))
    alone, other = (reader(shelf, model).find(QUESTION, ranking(shelf, row))[2] for row in (1, 3))
    whole = (alone.mass - alone.share + other.mass - other.share) / 2
    assert found[2].share == pytest.approx(found[2].mass - whole, abs=1e-5)


def test_a_window_that_cuts_a_sentence_into_other_tokens_does_not_count() -> None:
    shelf, model = shown_twice({})
    known = model._scores

    def odd(text: str) -> TokenScores:
        scores = known(text)
        longer = scores.ends - scores.starts > 1  # which begin later, so that their number is the same
        starts = scores.starts + (0 if text.startswith("Anna 0") else longer)
        return TokenScores(starts, scores.ends, scores.start, scores.end)

    alone = reader(shelf, model).find(QUESTION, ranking(shelf, 1))[2]
    model._scores = odd  # type: ignore[method-assign]
    found = reader(shelf, model).find(QUESTION, ranking(shelf, 1, 3))
    assert len(model.calls[-1]) == 2 and 4 in found
    assert found[2] == alone


def test_a_sentence_of_both_rounds_counts_by_all_its_windows() -> None:
    shelf = Shelf.of([f"Anna {number} {'x' * 140}." for number in range(30)])
    model = Model()
    first, later = Model({"Anna": 1.0})._scores, Model({"Anna": 2.0})._scores
    model._scores = lambda text: (later if text.startswith("Anna 10") else first)(text)  # type: ignore[method-assign]
    found = reader(shelf, model).find(QUESTION, ranking(shelf, 9, 15, 21, 27, 11))
    assert [len(call) for call in model.calls] == [FIRST_WINDOWS, 1]
    assert (found[9].span, found[10].span, found[11].span) == pytest.approx((2.0, 3.0, 4.0))


def test_questions_read_together_are_read_as_alone() -> None:
    shelf = Shelf.of([f"Anna {number} {'x' * 140}." for number in range(12)])
    both = reader(shelf, Model({"Anna": 0.5}))
    asked = [(QUESTION, ranking(shelf, 1, 3)), (QUESTION, ranking(shelf, 2, 8))]
    assert both.find_all(asked) == [both.find(*one) for one in asked]


def test_the_best_candidates_have_a_window_each() -> None:
    shelf = Shelf.of([f"Sentence {number} {'x' * 140}." for number in range(12)])
    model = Model()
    read(shelf, model, ranking(shelf, 1, 2, 3, 4, 5, 6, 11))
    assert [text.split()[1] for call in model.calls for text in call] == ["0", "1", "2", "3", "5", "9"]
    assert [len(call) for call in model.calls] == [FIRST_WINDOWS, 2]


def test_a_sure_span_makes_a_sure_answer() -> None:
    def first(marks: Mapping[str, float]) -> float:
        shelf = Shelf.of(["Anna opened it.", "Carl did not."])
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
    shelf = Shelf.of([sentence])
    seen = sureness(question, ranking(shelf, 0), {}, lambda _: 1.0, 0.0)
    assert bool(seen[SURE.index("negated")]) is expected


def test_a_mark_takes_the_accents_of_its_last_letter() -> None:
    sentence = "The painter is Jose\u0301."
    shelf = Shelf.of([sentence])

    class Stripping(Model):
        def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
            places = np.array([[0, 3], [4, 11], [12, 14], [15, 19], [20, 21]])
            scores = np.float32([-9, -9, -9, 5, -9])
            return [TokenScores(places[:, 0], places[:, 1], scores, scores) for _ in texts]

    (reading,) = read(shelf, Stripping({}), ranking(shelf, 0))
    assert reading.highlight is not None
    assert sentence[slice(*reading.highlight)] == "Jose\u0301"


def test_no_mark_begins_or_ends_with_an_empty_token() -> None:
    shelf = Shelf.of(["Anna  came."])

    class Empty(Model):
        def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
            places = np.array([[0, 4], [5, 5], [6, 10], [10, 11]])
            scores = np.float32([1, 9, -9, -9])
            return [TokenScores(places[:, 0], places[:, 1], scores, scores) for _ in texts]

    (reading,) = read(shelf, Empty({}), ranking(shelf, 0))
    assert reading.highlight == (0, 4)


def test_log_odds_and_shares_are_those_of_all_spans() -> None:
    shelf = Shelf.of(["Anna Berg."])
    found = reader(shelf, Model({"Anna Berg": 2.0})).find(QUESTION, ranking(shelf, 0))[0]
    whole = math.log(1 + math.exp(2.0) + 2 * math.exp(LOW))
    assert found.span == pytest.approx(4.0)
    assert found.mass == pytest.approx(4.0 + math.log(1 + 3 * math.exp(LOW - 2.0)), abs=0.01)
    assert found.share == pytest.approx(found.mass - 2 * whole, abs=1e-5)
    huge = reader(shelf, Model({"Anna": 1e4})).find(QUESTION, ranking(shelf, 0))[0]
    assert (huge.span, huge.mass, huge.share) == (MOST_LOG_ODDS, MOST_LOG_ODDS, pytest.approx(0.0))
    never = reader(shelf, Model(dict.fromkeys(("Anna", "Berg", "."), -10000.0))).find(
        QUESTION, ranking(shelf, 0)
    )[0]
    assert (never.span, never.mass, never.share) == (-MOST_LOG_ODDS,) * 3


PLACES = st.lists(
    st.text(st.sampled_from("ab1 .東👍\u0301\n"), min_size=1, max_size=50), min_size=1, max_size=30
)


@given(st.lists(PLACES, min_size=1, max_size=3), st.integers(0, 999), st.data())
def test_whatever_the_model_says(articles: list[list[str]], seed: int, data: st.DataObject) -> None:
    shelf = Shelf.of(*articles)
    rows = data.draw(st.permutations(range(len(shelf.sentences))))
    rows = rows[: data.draw(st.integers(1, len(rows)))]
    ranked = ranking(shelf, *rows)
    learnt = weights({"retrieval": 0.7, "mass": 0.3, "share": 0.4}, {"bias": -1.0, "span": 0.2})
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
    found = reader(shelf, Model({"One": 1.0})).find(QUESTION, ranking(shelf, 1, 3))
    joined = join(ranking(shelf, 7, 1, 5, 3), found, BOTH.joint)
    assert [candidate.row for candidate, _ in joined] == [1, 3, 7, 5]
    scores = [score for _, score in joined]
    assert scores == sorted(scores, reverse=True)
    assert scores[2] == pytest.approx(scores[1])
    assert scores[3] == pytest.approx(scores[2] - 1.0)
    assert join([], {}, BOTH.joint) == []
    assert join(ranking(shelf, 7, 1), {}, BOTH.joint)[0][0].row == 7
