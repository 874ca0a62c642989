"""What `footnote ask --explain` says, in words and as JSON."""

import pytest

from bot.json_output import explanation_object
from bot.terminal.explanation import MEANINGS, explanation_blocks
from index.reading.confidence import EVIDENCE
from index.reading.explanation import Compared, ConfidencePart, Explanation
from index.reading.span_reader import CONFIDENCE_FEATURES
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
    7, 2, (Compared(candidate(0, "It \x1b[31m rained."), 2.0), Compared(candidate(1, "So"), None)), PARTS
)
ANSWER = Answer("Did it rain?", False, 0.29, None, (), 1.0)


def lines(explanation: Explanation, answer: Answer = ANSWER) -> list[str]:
    blocks = explanation_blocks(explanation, answer, 0.3, 0.15)
    return [block.lead + "".join(piece.text for piece in block.pieces) for block in blocks]


def test_the_parts_are_put_into_words_the_largest_first() -> None:
    shown = [line.strip() for line in lines(WHY)]
    assert shown[1] == "Why: the first sentence answers at 29%; too little: an answer needs 30%, a maybe 15%."
    assert shown[3:7] == [
        "−1.7  to begin with, before anything is found",
        "+1.2  read in context, the first answers the question at 88%",
        "−0.5  something new",
        "−0.9  the sum, as log-odds: 29%",
    ]
    assert shown[8] == "7 sentences compared, 2 of them read in context. The best:"
    assert shown[10].endswith("88%  It \ufffd[31m rained.")
    assert shown[11].endswith("–  So")


def test_every_part_of_each_reader_has_words() -> None:
    assert {*EVIDENCE, *CONFIDENCE_FEATURES} == MEANINGS.keys()
    for words in MEANINGS.values():
        for value in (-20.0, 0.0, 0.5, 1.0, 20.0):
            assert words(value)


def test_without_sentences_there_is_nothing_to_explain() -> None:
    assert lines(Explanation(0, 0, (), ()))[-1] == "Why: there is no sentence to compare with the question."


def test_json_has_the_same_figures() -> None:
    value = explanation_object(WHY, 0.3, 0.1)
    assert (value["threshold"], value["maybe_threshold"]) == (0.3, 0.1)
    assert (value["candidates"], value["read"]) == (7, 2)
    assert value["parts"][0] == {"name": "span_log_odds", "value": 2.0, "log_odds": 1.25}
    assert [best["read"] for best in value["best"]] == [2.0, None]


@pytest.mark.slow
def test_ask_explains_its_own_answer(built_home: Home) -> None:
    run = built_home.footnote("ask", "--explain", STRIKE)
    plain = built_home.footnote("ask", STRIKE)
    assert (run.code, run.out[: len(plain.out)]) == (0, plain.out)
    assert "\nWhy: the first sentence answers at " in run.out
    found = built_home.footnote("ask", "--explain", "--json", "--top-k", "2", STRIKE).json
    best = found["explanation"]["best"]
    assert [one["sentence"] for one in best] == [citation["sentence"] for citation in found["citations"]]
    batch = built_home.footnote("ask", "--explain", "--batch", "-")
    assert batch.code == 2
