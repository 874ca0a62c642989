"""What `footnote ask --explain` says, in words and as JSON."""

import json
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

import pytest

from bot.json_output import dump, explanation_object
from bot.terminal.blocks import show
from bot.terminal.explanation import explanation_blocks
from index.reading.explanation import ComparedCandidate, ConfidencePart, Explanation
from index.records import Answer
from tests.support.candidates import candidate
from tests.support.homes import STRIKE, Home

PARTS = (
    ConfidencePart("span_log_odds", 2.0, 1.25),
    ConfidencePart("bias", 1.0, -1.7),
    ConfidencePart("negated", 0.0, 0.0),
    ConfidencePart("something new", 0.5, -0.5),
)
WHY = Explanation(
    (
        ComparedCandidate(candidate(0, "It \x1b[31m rained."), 2.0, 0.29, (9, 15), "notes/rain"),
        ComparedCandidate(candidate(1, "So"), None, 0.1, None, "so"),
    ),
    PARTS,
    ("rain", "Peru"),
    ("Peru",),
)
ANSWER = Answer("Does it rain in Peru?", False, 0.24, None, (), 1.0)


def lines(explanation: Explanation, answer: Answer = ANSWER) -> list[str]:
    with redirect_stdout(StringIO()) as out:
        show(explanation_blocks(explanation, answer, 0.3, 0.15))
    return [line.strip() for line in out.getvalue().splitlines()]


def test_the_decision_the_parts_and_the_candidates_are_put_into_words() -> None:
    assert lines(WHY) == [
        "",
        "Why: below the threshold by 0.06.",
        "Words of the question that no sentence has: Peru.",
        "The first sentence answers at 24%; an answer needs 30%, a maybe 15%.",
        "",
        "log-odds  what the confidence is made of",
        "−1.7  to begin with, before anything is found",
        "+1.2  read in context, the first answers the question at 88%",
        "−0.5  something new",
        "−0.9  the sum: 24%",
        "",
        "2 sentences compared, 1 of them read in context:",
        "score  meaning  words  read  sentence, and what was found",
        "29%     0.50    2.0   88%  It \ufffd[31m rained.",
        "notes/rain: “rained”",
        "10%     0.50    2.0     –  So",
        "so",
    ]


@pytest.mark.parametrize(
    ("read", "answerable", "words"),
    [
        (-3.0, False, "Why: not in the library."),
        (2.0, False, "Why: below the threshold by 0.06."),
        (2.0, True, "Why: answered; above the threshold by 0.14."),
    ],
)
def test_where_it_was_decided(read: float, answerable: bool, words: str) -> None:
    why = replace(WHY, compared=(replace(WHY.compared[0], read=read),))
    answer = replace(ANSWER, answerable=answerable, confidence=0.44 if answerable else 0.24)
    assert lines(why, answer)[1] == words


def test_sentences_that_were_read_and_do_not_answer_are_called_so() -> None:
    why = replace(WHY, compared=(replace(WHY.compared[0], read=-3.0),), unknown=())
    shown = lines(why)
    assert shown[1] == "Why: read, but not an answer."
    assert not any("no sentence has" in line for line in shown)


def test_the_best_candidates_are_listed_within_80_columns(drawn: Callable[..., str]) -> None:
    long = ComparedCandidate(
        candidate(0, "It rained and rained. " * 9), 2.0, 0.29, (0, 9), "notes/" + "rain" * 30
    )
    why = replace(WHY, compared=(long,) * 40)
    shown = drawn(lambda: show(explanation_blocks(why, ANSWER, 0.3, 0.15))).splitlines()
    assert all(len(re.sub(r"\x1b\[[\d;]*m", "", line)) <= 80 for line in shown)
    assert "40 sentences compared, 40 of them read in context; the best 8:" in "\n".join(lines(why))
    assert sum(line.startswith("29%") for line in lines(why)) == 8


def test_without_sentences_there_is_nothing_to_explain() -> None:
    assert lines(Explanation((), ())) == [
        "",
        "Why: not in the library, which has no sentence to compare.",
    ]


def test_json_has_the_same_figures() -> None:
    value = json.loads(dump(explanation_object(WHY, ANSWER, 0.3, 0.1)))
    parts, candidates = value.pop("parts"), value.pop("candidates")
    assert value == {
        "decision": "below_threshold",
        "confidence": 0.24,
        "threshold": 0.3,
        "maybe_threshold": 0.1,
        "margin": -0.06,
        "words": ["rain", "Peru"],
        "unknown_words": ["Peru"],
    }
    assert parts[0] == {"name": "span_log_odds", "value": 2.0, "log_odds": 1.25}
    assert candidates[0] == {
        "article": "notes/rain",
        "sentence": "It \x1b[31m rained.",
        "start": 0,
        "end": 16,
        "score": 0.29,
        "meaning": 0.5,
        "words": 2.0,
        "read": 0.8808,
        "found": [9, 15],
    }
    assert (candidates[1]["read"], candidates[1]["found"]) == (None, None)


@pytest.mark.slow
def test_ask_explains_its_own_answer(built_home: Home) -> None:
    run = built_home.footnote("ask", "--explain", STRIKE)
    plain = built_home.footnote("ask", STRIKE)
    assert (run.code, run.out[: len(plain.out)]) == (0, plain.out)
    assert "\nWhy: answered; above the threshold by " in run.out
    found = built_home.footnote("ask", "--explain", "--json", "--top-k", "2", STRIKE).json
    why = found["explanation"]
    keys = ("sentence", "start", "end", "score")
    assert [[one[key] for key in keys] for one in why["candidates"][:2]] == [
        [citation[key] for key in keys] for citation in found["citations"]
    ]
    assert [one["article"] for one in why["candidates"][:2]] == [
        citation["article"]["id"] for citation in found["citations"]
    ]
    assert (why["decision"], why["unknown_words"]) == ("answered", [])
    assert why["confidence"] - why["threshold"] == pytest.approx(why["margin"])
    unknown = built_home.footnote("ask", "--explain", "--json", "Who painted Guernica for Picasso?")
    assert unknown.json["explanation"]["unknown_words"] == ["painted", "Guernica", "Picasso"]
    assert unknown.json["explanation"]["decision"] == "not_in_library"
    batch = built_home.footnote("ask", "--explain", "--batch", "-")
    assert batch.code == 2
