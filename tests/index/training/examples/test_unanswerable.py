"""Unanswerable questions: each rule changes one thing, and leaves the answer out; alike changes keep it."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.training.examples import unanswerable
from index.training.examples.names_and_numbers import NUMBER, Things
from index.training.examples.opposites import OPPOSITES
from index.training.examples.unanswerable import (
    Case,
    Change,
    answered_again,
    unanswerable_question,
    unanswering_text,
)

ARTICLE = (
    "In 1998 Anna Berg opened the Harbour Bridge in Oslo. Then, Carl Olsen painted it for NATO. "
    "The painters were criticised; Dina Falk's builders repaired the eastern tower in 2004. "
    "They say that Emil Holm paid 1,250 workers of the UN."
)
THINGS = Things.of(ARTICLE)
NOTHING = Things({}, (), {})
TEXT = "In 1998 Anna Berg opened the Harbour Bridge. It had the largest eastern tower."


def case_of(question: str, text: str, answer: str, things: Things = THINGS) -> Case:
    start = text.index(answer)
    return Case(question, text, (start, start + len(answer)), things)


def changes(
    question: str, rule: Callable[[random.Random], Change | None], seeds: int = 60
) -> set[str | None]:
    made = (rule(random.Random(seed)) for seed in range(seeds))
    return {change.made(question) if change else None for change in made}


def test_the_sentence_that_answers() -> None:
    for answer, sentence in (
        ("1998", "In 1998 Anna Berg opened the Harbour Bridge. "),
        ("eastern", "It had the largest eastern tower."),
    ):
        case = case_of("?", TEXT, answer)
        assert TEXT[slice(*case.answering)] == sentence and case.marked == answer


def test_another_name_of_the_article() -> None:
    case = case_of("What famous bridge did Anna Berg open for NATO?", TEXT, "Harbour Bridge")
    made = changes(case.question, lambda source: unanswerable._other_name(case, NOTHING, source))
    like = {"Carl Olsen", "Dina Falk", "Emil Holm"}
    # UN is spoken of as NATO is not: after "of the".
    assert made == {f"What famous bridge did {name} open for NATO?" for name in like} | {None}
    for question in ("What did she do?", "Berg opened what?"):  # which may begin with any word
        none = case_of(question, TEXT, "Harbour Bridge")
        assert changes(
            question, lambda source, none=none: unanswerable._other_name(none, NOTHING, source)
        ) == {None}


def test_another_name_of_the_same_text_that_tells_something_else_of_it() -> None:
    text = "Anna Berg opened the Harbour Bridge. Carl Olsen slept. Dina Falk opened the famous bridge too."
    case = case_of("When was the famous bridge opened by Anna Berg?", text, "Harbour", NOTHING)
    made = changes(case.question, lambda source: unanswerable._other_name(case, Things.of(text), source))
    assert made - {None} == {"When was the famous bridge opened by Carl Olsen?"}
    # Of people who are named in a row, the same is told.
    listed = case_of(case.question, f"Anna Berg and Carl Olsen came. {TEXT}", "1998", NOTHING)
    near = Things.of("He met Carl Olsen.")
    assert changes(case.question, lambda source: unanswerable._other_name(listed, near, source)) == {None}


def test_names_change_places() -> None:
    def made(question: str) -> set[str | None]:
        return changes(question, lambda source: unanswerable._swapped(question, source), 5)

    assert made("What did Anna Berg sell to Carl Olsen?") == {None}  # names in a row, by "to"
    assert made("What did Anna Berg gladly sell Carl Olsen?") == {
        "What did Carl Olsen gladly sell Anna Berg?"
    }
    assert made("Who stood between Anna Berg, then Carl Olsen?") == {None}
    assert made("When did Anna Berg and later Carl Olsen come?") == {None}
    assert made("When did Anna Berg reach Oslo?") == {"When did Oslo reach Anna Berg?"}
    assert made("When did Anna Berg live in Oslo?") == {None}  # a place for a person


@given(st.integers(0, 10_000), st.sampled_from(["1998", "2004", "1,250", "7"]))
def test_another_number_is_not_in_the_text(seed: int, number: str) -> None:
    text = "It fell in 1991, 1992, 1993, 1994, 1995, 1996, 1997 and 1999; then 1,251 of 1,252."
    case = case_of(f"What happened to {number} in the north?", text, "fell")
    change = unanswerable._other_number(case, random.Random(seed))
    assert change is not None
    assert change.new != number and change.new not in NUMBER.findall(text)
    assert len(change.new) == len(number)


def test_a_number_of_the_article_or_a_made_up_one() -> None:
    case = case_of("What happened in 1998?", TEXT, "opened")
    made = changes(case.question, lambda source: unanswerable._other_number(case, source))
    assert "What happened in 2004?" in made and len(made) > 3
    assert not any(str(one) == "What happened in 1,250?" for one in made)
    none = case_of("How many?", TEXT, "opened")
    assert changes("How many?", lambda source: unanswerable._other_number(none, source)) == {None}


def test_the_opposite() -> None:
    def made(question: str) -> set[str | None]:
        return changes(question, lambda source: unanswerable._opposite(question, source))

    assert made("Which is the largest tower?") == {
        f"Which is the {word} tower?" for word in OPPOSITES["largest"]
    }
    assert made("Who won before the largest?") == {
        "Who lost before the largest?",
        "Who won after the largest?",
        "Who won before the smallest?",
    }
    assert made("Who was it?") == {None}


def test_each_opposite_goes_both_ways() -> None:
    for word, others in OPPOSITES.items():
        assert word not in others
        assert all(word in OPPOSITES[other] for other in others)


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("Who did it?", {"Who didn't it?", "Who did not it?"}),
        ("What did he open?", {"What didn't he open?", "What did he not open?"}),
        ("Who will come?", {"Who will not come?"}),
        ("Is it red?", {"Isn't it red?", "Is it not red?"}),
        ("Who didn't come?", {"Who did come?"}),
        ("Who did not come?", {"Who did come?"}),
        ("Who has never come?", {"Who has come?"}),
        ("What can't he do?", {"What can he do?"}),
        ("What can’t he do?", {"What can he do?"}),
        ("Who won't come?", {"Who will come?"}),
        ("What cannot fall?", {"What can fall?"}),
        ("Who opened it?", {"Who never opened it?"}),
        ("In May who came?", {None}),
        ("Will Smith sang what?", {None}),
        ("", {None}),
    ],
)
def test_the_negation(question: str, negated: set[str | None]) -> None:
    assert changes(question, lambda source: unanswerable._negated(question, source)) == negated


def test_another_word_of_the_same_form() -> None:
    case = case_of("What did the painters paint?", "The painters painted walls.", "walls")
    made = changes(case.question, lambda source: unanswerable._other_word(case, NOTHING, source))
    assert made == {"What did the builders paint?", "What did the workers paint?"}
    # Neither the answer, nor a word of the text that is not near.
    answer = case_of(case.question, "The painters paint walls of workers.", "workers")
    made = changes(case.question, lambda source: unanswerable._other_word(answer, NOTHING, source))
    assert "What did the builders paint?" in made
    assert not any("workers" in str(one) for one in made)
    none = case_of(case.question, "It rained.", "rained")
    assert changes(case.question, lambda source: unanswerable._other_word(none, NOTHING, source)) == {None}


def test_another_word_of_another_sentence_that_tells_something_else() -> None:
    question = "Which walls did the painters paint?"
    text = "The painters did paint blue walls. The builders slept. The workers paint walls red."
    case = case_of(question, text, "blue", NOTHING)
    made = changes(question, lambda source: unanswerable._other_word(case, Things.of(text), source))
    assert "Which walls did the builders paint?" in made
    assert not any("workers" in str(one) for one in made)


def test_something_else_is_asked_of_what_the_sentence_does_not_tell() -> None:
    case = case_of("When was it opened?", "It was opened 1998. It stood in Oslo.", "1998")
    made = changes(case.question, lambda source: unanswerable._something_else(case, source))
    assert made == {"Where was it opened?", "Why was it opened?"}
    told = case_of("When was it opened?", "It was opened 1998 in Oslo due to rain.", "1998")
    assert changes(told.question, lambda source: unanswerable._something_else(told, source)) == {None}
    who = case_of("Who opened it?", "Anna opened it.", "Anna")
    assert changes(who.question, lambda source: unanswerable._something_else(who, source)) == {None}


def test_a_condition_that_the_text_does_not_tell() -> None:
    case = case_of("Who came?", "Anna came in 1998.", "Anna")
    made = changes(case.question, lambda source: unanswerable._condition(case, source))
    assert made == {"Who came in 2004?", "Who came in Oslo?"}
    assert changes("Who", lambda source: unanswerable._condition(case_of("Who", "A", "A"), source)) == {None}
    dangling = case_of("What did she come in?", "Anna came in red.", "red")
    assert changes("", lambda source: unanswerable._condition(dangling, source)) == {None}


def test_no_rule_fits() -> None:
    assert unanswerable_question(case_of("Who was", "Anna was.", "Anna", NOTHING), random.Random(1)) == (
        "Who wasn't"
    )
    for question in ("Who", ""):
        case = case_of(question, "Anna came.", "Anna", NOTHING)
        assert unanswerable_question(case, random.Random(1)) is None
        assert unanswering_text(case, random.Random(1)) is None
        assert answered_again(case, random.Random(1)) is None


def test_a_changed_question_is_the_same_again_and_of_every_kind() -> None:
    case = case_of("Which eastern tower did Anna Berg open in 1998?", TEXT, "largest")
    made = [unanswerable_question(case, random.Random(seed)) for seed in range(100)]
    assert made == [unanswerable_question(case, random.Random(seed)) for seed in range(100)]
    assert None not in made and case.question not in made
    texts = {str(one) for one in made}
    assert any("Berg" not in one for one in texts)
    assert any("1998" not in one for one in texts)
    assert any("western" in one for one in texts)


@given(st.integers(0, 10_000))
def test_one_place_of_the_question_changes(seed: int) -> None:
    case = case_of("Which eastern tower did Anna Berg open in 1998?", TEXT, "Harbour Bridge")
    changed = unanswerable_question(case, random.Random(seed))
    assert changed is not None
    assert case.marked not in changed
    left = next(n for n, (a, b) in enumerate(zip(case.question, changed, strict=False)) if a != b)
    right = next(
        n for n, (a, b) in enumerate(zip(case.question[::-1], changed[::-1], strict=False)) if a != b
    )
    assert len(case.question) - left - right <= len("Anna Berg")


STORY = "Emil Holm was born in 1998. In 1998 Anna Berg opened the largest bridge of Oslo. Anna Berg left."


def test_another_thing_in_the_text() -> None:
    case = case_of("Where did Anna Berg open the largest bridge in 1998?", STORY, "Oslo")
    made = {unanswering_text(case, random.Random(seed)) for seed in range(60)}
    assert None not in made
    kinds = set()
    for one in map(str, made):
        assert "Oslo" in one and one.startswith("Emil Holm was born in ")
        name, number, word = "Anna Berg" in one, "1998" in one, "largest" in one
        assert (name, number, word).count(False) == 1  # one thing, wherever it stands; the rest as it was
        kinds.add((name, number, word))
    assert len(kinds) == 3


@given(st.integers(0, 10_000))
def test_question_and_text_changed_alike_keep_the_answer(seed: int) -> None:
    case = case_of("Where did Anna Berg open the largest bridge?", STORY, "Oslo")
    again = answered_again(case, random.Random(seed))
    assert again is not None
    assert again.marked == "Oslo" and again.question != case.question
    for word in ("Anna Berg", "largest", "bridge"):
        assert (word in again.question) == (word in again.text)


def test_a_condition_that_the_text_tells() -> None:
    case = case_of("Where did Anna Berg open the bridge?", STORY, "Oslo")
    made = [unanswerable._true_condition(case, random.Random(seed)) for seed in range(20)]
    assert {one.question for one in made if one} == {"Where did Anna Berg open the bridge in 1998?"}
    assert all(one.text == STORY and one.marked == "Oslo" for one in made if one)
    asked = case_of("Where did Anna Berg open the bridge in 1998?", STORY, "Oslo")
    assert unanswerable._true_condition(asked, random.Random(1)) is None
    is_answer = case_of("When did Anna Berg open the bridge?", "It was in 1998.", "1998")
    assert unanswerable._true_condition(is_answer, random.Random(1)) is None


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("Who left in 2004?", TEXT, "Anna"),  # not in the text
        ("Who in 1998?", "In 11998 Anna came.", "Anna"),  # inside another number
        ("Who in 1998?", "In 1998,5 Anna came.", "Anna"),
        ("Who in 1998?", "In 5.1998 Anna came.", "Anna"),
        ("What is Anna Berg?", "Anna Berg came. Later, Berg was mayor.", "mayor"),  # in another sentence
        ("What of Anna Berg?", "Anna Berg came; Berg was mayor.", "mayor"),  # in part once more
        ("What of Anna Berg?", "Anna Berg came.", "Anna Berg came"),  # inside the answer
    ],
)
def test_what_is_not_exchanged(question: str, text: str, answer: str) -> None:
    source = random.Random(1)
    assert unanswering_text(case_of(question, text, answer), source) is None
