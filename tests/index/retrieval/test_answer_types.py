"""Answer types: what questions ask for, what texts mention, and what is marked only without doubt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.answer_types import AnswerType, expected_types, highlight, mentions


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Who wrote the report?", AnswerType.NAME),
        ("bridge opening who cut the ribbon", AnswerType.NAME),
        ("In what year was the bridge opened?", AnswerType.DATE),
        ("when did the bridge open", AnswerType.DATE),
        ("Where is the bridge?", AnswerType.PLACE),
        ("Which country built it?", AnswerType.PLACE),
        ("How many people cross it?", AnswerType.NUMBER),
        ("How much did it cost?", AnswerType.MONEY),
        ("What percentage of the traffic is lorries?", AnswerType.PERCENT),
        ("Why was it closed?", AnswerType.REASON),
        ("Is it open at night?", AnswerType.YES_NO),
    ],
)
def test_the_question_word_says_what_is_asked_for(question: str, first: AnswerType) -> None:
    assert expected_types(question)[0] is first


@pytest.mark.parametrize("question", ["", "hello", "What is it made of?", "How does it work?", "the bridge"])
def test_nothing_is_expected_where_the_rules_do_not_know(question: str) -> None:
    assert expected_types(question) == ()


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("It opened on 3 May 1998, and again in the 2010s.", AnswerType.DATE, ["3 May 1998", "2010s"]),
        ("He may march in the 12th century.", AnswerType.DATE, ["the 12th century"]),
        (
            "It cost $2.5 million, or two million pounds.",
            AnswerType.MONEY,
            ["$2.5 million", "two million pounds"],
        ),
        ("Some 12.5 percent, then 40% of them.", AnswerType.PERCENT, ["12.5 percent", "40%"]),
        ("The mayor, Anna de la Cruz, met Bob.", AnswerType.NAME, ["Anna de la Cruz", "Bob"]),
        ("Although Paris is far, he lives in Lyon.", AnswerType.PLACE, ["Lyon"]),
        ("It closed because of the rain.", AnswerType.REASON, ["because of"]),
        ("Is it so?", AnswerType.YES_NO, []),
    ],
)
def test_mentions_are_found_where_they_stand(text: str, kind: AnswerType, found: list[str]) -> None:
    assert [text[start:end] for start, end in mentions(text, kind)] == found


@pytest.mark.slow
@given(st.text(max_size=200), st.sampled_from(AnswerType))
def test_mentions_are_spans_of_the_text_in_order(text: str, kind: AnswerType) -> None:
    ends = 0
    for start, end in mentions(text, kind):
        assert ends <= start < end <= len(text)
        ends = end


@pytest.mark.slow
@pytest.mark.parametrize("part", ["A.", "aa", "1,", "A-", "one "])
def test_mentions_of_a_long_text_take_time_in_proportion_to_its_length(part: str) -> None:
    text = part * 50_000
    started = time.process_time()  # which other programs do not change
    for kind in AnswerType:
        mentions(text, kind)
    assert time.process_time() - started < 20, "in quadratic time it takes minutes"


def test_a_highlight_is_the_only_thing_of_the_kind() -> None:
    sentence = "Anna Berg opened the bridge in 1998."
    assert highlight("When was the bridge opened?", sentence) == (31, 35)
    assert highlight("Who opened the bridge?", sentence) == (0, 9)


def test_of_several_numbers_the_one_of_what_is_counted_is_marked() -> None:
    sentence = "In 12 days 40 large ships and 7 boats came."
    assert highlight("How many ships came?", sentence) == (11, 13)
    assert highlight("How many people came?", sentence) is None
    assert highlight("How large was the fleet?", sentence) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was it opened?", "It was opened in 1998 and again in 2003."),  # which of them?
        ("What did Anna Berg do in 1998?", "Anna Berg opened the bridge in 1998."),  # no kind
        ("Who is Anna Berg?", "Anna Berg opened the bridge."),  # the question names her
        ("Why was it closed?", "It was closed because of the rain."),  # a cue is no reason
        ("When was it opened?", ""),
    ],
)
def test_nothing_is_highlighted_in_doubt(question: str, sentence: str) -> None:
    assert highlight(question, sentence) is None


@pytest.mark.parametrize(
    ("question", "sentence", "marked"),
    [
        ("Who is the architect?", "It was completed on 31 March 1889.", None),
        ("Where is Raqqa?", "Raqqa is the capital of Islamic State.", None),
        ("How old is Maria Lopez?", "Maria Lopez was born in 1984.", None),
        ("How old is Maria Lopez?", "Maria Lopez is 41 years old.", "41 years old"),
        ("How tall is the tower?", "The tower is 330 metres tall and has 3 levels.", "330 metres tall"),
        ("How long is the Nile?", "The Nile is 6,650 km long.", "6,650 km long"),
    ],
)
def test_measures_have_their_unit_and_months_are_no_names(
    question: str, sentence: str, marked: str | None
) -> None:
    span = highlight(question, sentence)
    assert (span and sentence[slice(*span)]) == marked
