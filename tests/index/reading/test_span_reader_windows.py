"""How much the trained reader reads, and what several windows that show a sentence come to."""

from collections.abc import Mapping

import pytest

from index.models.span_model import TokenScores
from index.reading.span_reader import FIRST_WINDOWS, MOST_WINDOWS
from tests.support.scripted_reader import QUESTION, Model, far, marked, ranking, read, reader
from tests.support.sentence_texts import SentenceTexts


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
    last = Model({"4": 9.0})  # the fifth
    assert read(shelf, last, ranked)[0].candidate.row == 9
    beyond = Model({"5": 9.0})
    assert read(shelf, beyond, ranked)[0].candidate.row == 1
    assert sum(map(len, beyond.calls)) == MOST_WINDOWS
    assert not any("5" in text for call in beyond.calls for text in call)


def test_what_was_not_read_follows_as_it_was() -> None:
    shelf = far(*(f"Sentence {number}." for number in range(12)))
    rows = [23, 1, 21, 3, 19, 5, 17, 7, 15, 9, 13, 11]
    readings = read(shelf, Model({"5": 2.0}), ranking(shelf, *rows))
    assert [one.candidate.row for one in readings[MOST_WINDOWS:]] == rows[MOST_WINDOWS:]
    assert all(one.highlight is None for one in readings[MOST_WINDOWS:])
    assert all(one.highlight is not None for one in readings[:MOST_WINDOWS])
    assert len({one.candidate.row for one in readings}) == 12
    assert read(shelf, Model({"5": 2.0}), ranking(shelf, *rows), 3)[:3] == readings[:3]
    assert read(shelf, Model({"5": 2.0}), ranking(shelf, *rows), 0) == []


def shown_twice(later: Mapping[str, float]) -> tuple[SentenceTexts, Model]:
    """Return sentences of which the third is in both windows; the second window has other scores."""
    shelf = SentenceTexts.of([f"Anna {number} {'x' * 140}." for number in range(6)])
    model = Model()
    before, after = Model({"Anna": 3.0}).token_scores, Model(later).token_scores
    model.token_scores = lambda text: (before if text.startswith("Anna 0") else after)(text)  # type: ignore[method-assign]
    return shelf, model


def test_of_several_windows_the_mean_score_of_each_token_counts() -> None:
    shelf, model = shown_twice({"Anna": 1.0, "Anna 2": 4.0})
    found = reader(shelf, model).score(QUESTION, ranking(shelf, 1, 3))
    assert [text[:6] for text in model.calls[0]] == ["Anna 0", "Anna 2"]
    start = shelf.sentences[2].start
    # (3 + 4 + 3 + 1) / 2 of "Anna", (3 + 4 - 6 + 4) / 2 of "Anna 2".
    assert found[2].highlight == (start, start + 4)
    assert found[2].span_log_odds == pytest.approx(5.5)
    assert (found[0].span_log_odds, found[4].span_log_odds) == (pytest.approx(6.0), pytest.approx(2.0))
    alone, other = (reader(shelf, model).score(QUESTION, ranking(shelf, row))[2] for row in (1, 3))
    whole = (
        alone.sentence_log_odds - alone.window_log_share + other.sentence_log_odds - other.window_log_share
    ) / 2
    assert found[2].window_log_share == pytest.approx(found[2].sentence_log_odds - whole, abs=1e-5)


def test_a_window_that_cuts_a_sentence_into_other_tokens_does_not_count() -> None:
    shelf, model = shown_twice({})
    known = model.token_scores

    def odd(text: str) -> TokenScores:
        scores = known(text)
        longer = scores.ends - scores.starts > 1  # which begin later, so that their number is the same
        starts = scores.starts + (0 if text.startswith("Anna 0") else longer)
        return TokenScores(starts, scores.ends, scores.start, scores.end)

    alone = reader(shelf, model).score(QUESTION, ranking(shelf, 1))[2]
    model.token_scores = odd  # type: ignore[method-assign]
    found = reader(shelf, model).score(QUESTION, ranking(shelf, 1, 3))
    assert len(model.calls[-1]) == 2 and 4 in found
    assert found[2] == alone


def test_a_sentence_of_both_rounds_counts_by_all_its_windows() -> None:
    shelf = SentenceTexts.of([f"Anna {number} {'x' * 140}." for number in range(30)])
    model = Model()
    first, later = Model({"Anna": 1.0}).token_scores, Model({"Anna": 2.0}).token_scores
    model.token_scores = lambda text: (later if text.startswith("Anna 10") else first)(text)  # type: ignore[method-assign]
    found = reader(shelf, model).score(QUESTION, ranking(shelf, 9, 15, 21, 11))
    assert [len(call) for call in model.calls] == [FIRST_WINDOWS, 1]
    assert (found[9].span_log_odds, found[10].span_log_odds, found[11].span_log_odds) == pytest.approx(
        (2.0, 3.0, 4.0)
    )


def test_questions_read_together_are_read_as_alone() -> None:
    shelf = SentenceTexts.of([f"Anna {number} {'x' * 140}." for number in range(12)])
    both = reader(shelf, Model({"Anna": 0.5}))
    asked = [(QUESTION, ranking(shelf, 1, 3)), (QUESTION, ranking(shelf, 2, 8))]
    assert both.score_many(asked) == [both.score(*one) for one in asked]


def test_the_best_candidates_have_a_window_each() -> None:
    shelf = SentenceTexts.of([f"Sentence {number} {'x' * 140}." for number in range(12)])
    model = Model()
    read(shelf, model, ranking(shelf, 1, 2, 3, 4, 5, 11))
    assert [text.split()[1] for call in model.calls for text in call] == ["0", "1", "2", "4", "9"]
    assert [len(call) for call in model.calls] == [FIRST_WINDOWS, 2]
