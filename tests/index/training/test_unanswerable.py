"""Unanswerable questions: each rule changes one thing, and leaves the answer out."""

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.training import unanswerable
from index.training.opposites import OPPOSITES
from index.training.unanswerable import (
    Things,
    names,
    unanswerable_question,
    unanswering_text,
)

ARTICLE = (
    "In 1998 Anna Berg opened the Harbour Bridge in Oslo. Then, Carl Olsen painted it for NATO. "
    "The painters were criticised; Dina Falk's builders repaired the eastern tower in 2004. "
    "They say that Emil Holm paid 1,250 workers of the UN."
)
THINGS = Things.of(ARTICLE)
TEXT = "In 1998 Anna Berg opened the Harbour Bridge. It had the largest eastern tower."


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in names(text)]


def changes(rule: Callable[[random.Random], str | None], seeds: int = 60) -> set[str | None]:
    return {rule(random.Random(seed)) for seed in range(seeds)}


def test_names_are_capitalised_words_that_do_not_just_begin_a_sentence() -> None:
    assert found(ARTICLE) == [
        "Anna Berg",
        "Harbour Bridge",
        "Oslo",
        "Carl Olsen",
        "NATO",
        "Dina Falk",
        "Emil Holm",
        "UN",
    ]
    assert found("Who is he? He met the Queen of the Netherlands. “Yes,” said Zoë.") == [
        "Queen of the Netherlands",
        "Zoë",
    ]
    assert found("") == []


def test_things_are_the_names_and_words_of_an_article() -> None:
    assert set(THINGS.names) == set(found(ARTICLE))
    assert {"painters", "builders", "workers"} <= {word for words in THINGS.words.values() for word in words}
    assert any({"painters", "builders", "workers"} <= set(words) for words in THINGS.words.values())
    assert "they" not in {word for words in THINGS.words.values() for word in words}
    assert Things.of(ARTICLE) == THINGS


def test_another_name() -> None:
    question = "What did Anna Berg open for NATO?"
    made = changes(lambda source: unanswerable._other_name(question, "Harbour Bridge", THINGS, source))
    like = {"Carl Olsen", "Dina Falk", "Emil Holm"}
    assert made == {f"What did {name} open for NATO?" for name in like} | {"What did Anna Berg open for UN?"}
    assert changes(lambda source: unanswerable._other_name("What did she do?", "it", THINGS, source)) == {
        None
    }
    assert changes(lambda source: unanswerable._other_name(question, "x", Things([], {}), source)) == {None}
    # A name that begins the question may be its first word alone.
    assert changes(lambda source: unanswerable._other_name("Berg opened what?", "x", THINGS, source)) == {
        None
    }


def test_the_answer_is_no_other_name() -> None:
    made = changes(
        lambda source: unanswerable._other_name("Who met Anna Berg in 1998?", "Carl Olsen", THINGS, source)
    )
    assert made == {f"Who met {name} in 1998?" for name in ("Harbour Bridge", "Dina Falk", "Emil Holm")}


def test_another_number() -> None:
    question = "What happened in 1998 in the north?"
    made = changes(lambda source: unanswerable._other_number(question, ARTICLE, source))
    assert None not in made and question not in made
    numbers = {
        str(re.fullmatch(r"What happened in (\d{4}) in the north\?", str(one)).group(1)) for one in made
    }
    assert "2004" in numbers and len(numbers) > 3
    made = changes(lambda source: unanswerable._other_number("Who paid 1,250?", "", source))
    assert all(re.fullmatch(r"Who paid 1,2\d\d\?", str(one)) for one in made) and len(made) > 3
    assert changes(lambda source: unanswerable._other_number("How many?", ARTICLE, source)) == {None}


def test_the_opposite() -> None:
    made = changes(lambda source: unanswerable._opposite("Which is the largest tower?", source))
    assert made == {f"Which is the {word} tower?" for word in OPPOSITES["largest"]}
    made = changes(lambda source: unanswerable._opposite("Who won before the largest?", source))
    assert made == {
        "Who lost before the largest?",
        "Who won after the largest?",
        "Who won before the smallest?",
    }
    assert changes(lambda source: unanswerable._opposite("Who was it?", source)) == {None}


def test_each_opposite_goes_both_ways() -> None:
    for word, others in OPPOSITES.items():
        assert word not in others
        assert all(word in OPPOSITES[other] for other in others)


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("Who did it?", "Who didn't it?"),
        ("What was opened?", "What wasn't opened?"),
        ("Who will come?", "Who will not come?"),
        ("Who didn't come?", "Who did come?"),
        ("Who did not come?", "Who did come?"),
        ("Who has never come?", "Who has come?"),
        ("Who came?", None),
        ("", None),
    ],
)
def test_the_negation(question: str, negated: str | None) -> None:
    assert unanswerable._negated(question) == negated


def test_another_word_of_the_same_form() -> None:
    question = "What did the painters paint?"
    text = "The painters were slow."
    made = changes(lambda source: unanswerable._other_word(question, "workers", text, THINGS, source))
    assert made == {"What did the builders paint?"}
    # Neither a word that the text has, nor one of the question that it does not have.
    other = text + " The builders came."
    made = changes(lambda source: unanswerable._other_word(question, "workers", other, THINGS, source))
    assert made == {None}
    assert changes(lambda source: unanswerable._other_word(question, "x", "It rained.", THINGS, source)) == {
        None
    }


def test_no_rule_fits() -> None:
    nothing = Things([], {})
    assert unanswerable_question("Who came?", "Anna", "Anna came.", nothing, random.Random(1)) is None
    assert unanswerable_question("", "", "", THINGS, random.Random(1)) is None
    assert unanswering_text("Who came?", "Anna Berg came.", (0, 15), THINGS, random.Random(1)) is None


def test_a_changed_question_is_the_same_again_and_of_every_kind() -> None:
    question = "Which eastern tower did Anna Berg open in 1998?"

    def make(source: random.Random) -> str | None:
        return unanswerable_question(question, "the largest", TEXT, THINGS, source)

    made = [make(random.Random(seed)) for seed in range(80)]
    assert made == [make(random.Random(seed)) for seed in range(80)]
    assert None not in made and question not in made
    texts = {str(one) for one in made}
    assert any("Berg" not in one for one in texts)
    assert any("1998" not in one for one in texts)
    assert any("western" in one for one in texts)
    assert any("didn't" in one for one in texts)


@given(st.integers(0, 10_000))
def test_one_place_of_the_question_changes(seed: int) -> None:
    question = "Which eastern tower did Anna Berg open in 1998?"
    answer = "Harbour Bridge"
    changed = unanswerable_question(question, answer, TEXT, THINGS, random.Random(seed))
    assert changed is not None
    assert answer not in changed
    left = next(n for n, (a, b) in enumerate(zip(question, changed, strict=False)) if a != b)
    right = next(n for n, (a, b) in enumerate(zip(question[::-1], changed[::-1], strict=False)) if a != b)
    assert len(question) - left - right <= len("Anna Berg")


def test_another_thing_in_the_sentence_that_answers() -> None:
    text = "Emil Holm was born in 1998. In 1998 Anna Berg opened the largest bridge. Anna Berg left."
    gold = (28, 72)
    assert text[slice(*gold)] == "In 1998 Anna Berg opened the largest bridge."
    question = "Where did Anna Berg open the largest bridge in 1998?"
    made = changes(lambda source: unanswering_text(question, text, gold, THINGS, source))
    assert None not in made
    kinds = set()
    for one in map(str, made):
        assert one.startswith(text[: gold[0]]) and one.endswith(text[gold[1] :])
        changed = one[gold[0] : len(one) - len(text) + gold[1]]
        name, number, word = "Anna Berg" in changed, "1998" in changed, "largest" in changed
        assert (name, number, word).count(False) == 1  # one thing, the rest as it was
        kinds.add((name, number, word))
    assert len(kinds) == 3
    again = changes(lambda source: unanswering_text(question, text, gold, THINGS, source))
    assert again == made


def test_a_sentence_that_shares_nothing_with_the_question_is_left() -> None:
    source = random.Random(1)
    assert unanswering_text("Who left in 2004?", TEXT, (0, 43), THINGS, source) is None
    # A number inside another one is not the same.
    for number in ("11998", "1998,5", "5.1998"):
        text = f"In {number} it was opened."
        assert unanswering_text("What in 1998?", text, (0, len(text)), THINGS, source) is None
