"""Lessons: spans at their places, the one most agreed on first, a stable tenth held out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Span
from index.training.datasets.lessons import (
    HELD_OUT,
    SQUADSHIFTS,
    agreed_first,
    detokenize,
    read_qamr,
    read_squadshifts,
)
from tests.support.miniature_datasets import part, squad_entry, write_qamr


def write(folder: Path, **data: list[object]) -> Path:
    for name in SQUADSHIFTS:
        (folder / f"{name}.json").write_text(json.dumps({"data": data.get(name, [])}), encoding="utf-8")
    return folder


def test_questions_of_squadshifts(tmp_path: Path) -> None:
    context = "👍 In 1998 Anna Berg opened it. It is red."
    wiki = squad_entry(
        "A_Bridge",
        [
            (
                context,
                [
                    (" Who opened it? ", ["Anna Berg", "Anna Berg opened", "Anna Berg"]),
                    ("Who closed it?", []),
                    ("Shifted?", [(3, "In 1998"), "red"]),
                    ("Only shifted?", [(3, "In 1998"), (400, "red"), (-1, "red")]),
                    ("Blank?", [(1, " "), (0, "")]),
                ],
            )
        ],
    )
    reviews = squad_entry("x", [("Good. Very.", [("How good?", ["Very"])])])
    lessons = read_squadshifts(write(tmp_path, new_wiki=[wiki], amazon_reviews=[reviews]))
    assert [(one.question, one.text.domain, one.text.topic) for one in lessons] == [
        ("Who opened it?", "new_wiki", "A_Bridge"),
        ("Shifted?", "new_wiki", "A_Bridge"),
        ("How good?", "amazon_reviews", "x"),
    ]
    assert [[part(context, span) for span in one.spans] for one in lessons[:2]] == [
        ["Anna Berg", "Anna Berg opened"],
        ["red"],
    ]
    text = lessons[0].text
    assert lessons[1].text is text
    assert [context[one.start : one.end] for one in text.sentences][-1] == "It is red."


@pytest.mark.slow
def test_about_a_tenth_of_the_paragraphs_is_held_out_always_the_same(tmp_path: Path) -> None:
    paragraphs = [(f"Paragraph {number}.", [("What?", ["Paragraph"])]) for number in range(600)]
    more = [(text, [*questions, ("Which?", ["Paragraph"])]) for text, questions in paragraphs]
    folder = write(tmp_path, new_wiki=[squad_entry("a", paragraphs)], reddit=[squad_entry("a", paragraphs)])
    first = read_squadshifts(folder)
    held_out = [(one.text.domain, one.text.text) for one in first if one.text.held_out]
    assert 0.6 / HELD_OUT < len(held_out) / len(first) < 1.4 / HELD_OUT
    by_domain = [{text for domain, text in held_out if domain == name} for name in ("new_wiki", "reddit")]
    assert by_domain[0] != by_domain[1]
    again = read_squadshifts(
        write(tmp_path, new_wiki=[squad_entry("a", more)], reddit=[squad_entry("a", more)])
    )
    assert (
        list(dict.fromkeys((one.text.domain, one.text.text) for one in again if one.text.held_out))
        == held_out
    )


def test_questions_of_qamr(tmp_path: Path) -> None:
    sentences = [
        "Anna Berg -LRB- born 1970 -RRB- did n't draw it , Carl 's brother did .",
        "It opened in 1998 .",
        "The `` Red Bridge '' cost $ 5 .",
    ]
    rows = [
        (0, "Who didn't draw it?", "0 1"),
        (0, "Who didn't draw it?", "0 1"),
        (0, "Who didn't draw it?", "0"),
        (0, "Who drew it?", "14 11 12 13"),  # not in order
        (2, "What cost much?", "2 3 6"),  # with a gap
        (1, "When?", "3"),
    ]
    lessons = {one.question: one for one in read_qamr(write_qamr(tmp_path, sentences, rows))}
    assert len(lessons) == 4
    first = lessons["Who didn't draw it?"]
    assert first.text.text == "Anna Berg (born 1970) didn't draw it, Carl's brother did."
    assert [part(first.text.text, span) for span in first.spans] == ["Anna Berg", "Anna"]
    assert part(first.text.text, lessons["Who drew it?"].spans[0]) == "Carl's brother did"
    assert first.text.domain == "qamr" and not first.text.held_out
    assert [(one.start, one.end) for one in first.text.sentences] == [(0, len(first.text.text))]
    assert (
        first.text.topic
        == "Wiki1k:page 0"
        == lessons["When?"].text.topic
        != lessons["What cost much?"].text.topic
    )
    third = lessons["What cost much?"]
    assert third.text.text == 'The "Red Bridge" cost $5.'
    assert part(third.text.text, third.spans[0]) == "Red Bridge"


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("He ca n't , she said .", "He can't, she said."),
        ("`` Yes '' and `` no '' .", '"Yes" and "no".'),
        ("50 % of -LSB- 2 -RSB- ; a-b ...", "50% of [2]; a-b ..."),
        ("the dogs ' house", "the dogs' house"),
        ("# 1", "#1"),
        ("", ""),
    ],
)
def test_tokens_become_text(tokens: str, text: str) -> None:
    assert detokenize(tokens.split())[0] == text


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from([*"`` '' -LRB- -RRB- , . $ n't 's % a 東京 👍 word".split()]) | st.text(min_size=1)
    )
)
def test_each_token_is_at_its_place(tokens: list[str]) -> None:
    text, places = detokenize(tokens)
    shown = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
    shown |= {"``": '"', "''": '"'}
    assert [part(text, place) for place in places] == [shown.get(token, token) for token in tokens]
    assert sum(end - start for start, end in places) + text.count(" ") >= len(text)
    ends = [0, *(at for place in places for at in place), len(text)]
    assert ends == sorted(ends)


def test_the_span_most_agreed_on_comes_first() -> None:
    assert agreed_first([(0, 9), (3, 9), (3, 9)]) == [(3, 9), (0, 9)]
    assert agreed_first([(40, 49), (3, 9), (4, 9)]) in (
        [(3, 9), (4, 9), (40, 49)],
        [(4, 9), (3, 9), (40, 49)],
    )
    assert agreed_first([(0, 4), (10, 12)]) == [(10, 12), (0, 4)]  # the shorter one
    assert agreed_first([(10, 12), (0, 2)]) == [(0, 2), (10, 12)]
    assert agreed_first([(5, 6)]) == [(5, 6)]


SPANS = st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@pytest.mark.slow
@given(st.lists(SPANS, min_size=1, max_size=6))
def test_agreement_is_with_all_others(spans: list[Span]) -> None:
    found = agreed_first(spans)
    assert sorted(found) == sorted(set(spans))
    shared = {
        span: sum(
            2 * len(set(range(*span)) & set(range(*other))) / (len(range(*span)) + len(range(*other)))
            for other in spans
        )
        for span in spans
    }
    assert [shared[span] for span in found] == pytest.approx(sorted(shared.values(), reverse=True))
