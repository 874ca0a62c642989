"""Rules for questions: each changes one place, and what it makes is not in the text."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.training.examples.names_and_numbers import NO_REPLACEMENTS, NUMBER, Replacements
from index.training.examples.opposites import OPPOSITES
from index.training.examples.question_changes import (
    Change,
    add_condition,
    add_true_condition,
    ask_something_else,
    negate,
    replace_by_opposite,
    replace_name,
    replace_number,
    replace_word,
    swap_names,
)
from tests.support.answered_questions import BRIDGE, STORY, answered_question


def changes(
    question: str, rule: Callable[[random.Random], Change | None], seeds: int = 60
) -> set[str | None]:
    made = (rule(random.Random(seed)) for seed in range(seeds))
    return {change.apply(question) if change else None for change in made}


def test_the_sentence_that_answers() -> None:
    for answer, sentence in (
        ("1998", "In 1998 Anna Berg opened the Harbour Bridge. "),
        ("eastern", "It had the largest eastern tower."),
    ):
        case = answered_question("?", BRIDGE, answer)
        assert BRIDGE[slice(*case.answer_sentence)] == sentence and case.answer_text == answer


def test_another_name_of_the_article() -> None:
    case = answered_question("What famous bridge did Anna Berg open for NATO?", BRIDGE, "Harbour Bridge")
    made = changes(case.question, lambda source: replace_name(case, NO_REPLACEMENTS, source))
    like = {"Carl Olsen", "Dina Falk", "Emil Holm"}
    # UN is spoken of as NATO is not: after "of the".
    assert made == {f"What famous bridge did {name} open for NATO?" for name in like} | {None}
    for question in ("What did she do?", "Berg opened what?"):  # which may begin with any word
        none = answered_question(question, BRIDGE, "Harbour Bridge")
        assert changes(question, lambda source, none=none: replace_name(none, NO_REPLACEMENTS, source)) == {
            None
        }


def test_another_name_of_the_same_text_that_tells_something_else_of_it() -> None:
    text = "Anna Berg opened the Harbour Bridge. Carl Olsen slept. Dina Falk opened the famous bridge too."
    case = answered_question(
        "When was the famous bridge opened by Anna Berg?", text, "Harbour", NO_REPLACEMENTS
    )
    made = changes(case.question, lambda source: replace_name(case, Replacements.of(text), source))
    assert made - {None} == {"When was the famous bridge opened by Carl Olsen?"}
    # Of people who are named in a row, the same is told.
    listed = answered_question(
        case.question, f"Anna Berg and Carl Olsen came. {BRIDGE}", "1998", NO_REPLACEMENTS
    )
    near = Replacements.of("He met Carl Olsen.")
    assert changes(case.question, lambda source: replace_name(listed, near, source)) == {None}


def test_names_change_places() -> None:
    def made(question: str) -> set[str | None]:
        return changes(question, lambda source: swap_names(question, source), 5)

    assert made("What did Anna Berg sell to Carl Olsen?") == {None}  # names in a row, by "to"
    assert made("What did Anna Berg gladly sell Carl Olsen?") == {
        "What did Carl Olsen gladly sell Anna Berg?"
    }
    assert made("Who stood between Anna Berg, then Carl Olsen?") == {None}
    assert made("When did Anna Berg and later Carl Olsen come?") == {None}
    assert made("When did Anna Berg reach Oslo?") == {"When did Oslo reach Anna Berg?"}
    assert made("When did Anna Berg live in Oslo?") == {None}  # a place for a person


@pytest.mark.slow
@given(st.integers(0, 10_000), st.sampled_from(["1998", "2004", "1,250", "7"]))
def test_another_number_is_not_in_the_text(seed: int, number: str) -> None:
    text = "It fell in 1991, 1992, 1993, 1994, 1995, 1996, 1997 and 1999; then 1,251 of 1,252."
    case = answered_question(f"What happened to {number} in the north?", text, "fell")
    change = replace_number(case, random.Random(seed))
    assert change is not None
    assert change.new != number and change.new not in NUMBER.findall(text)
    assert len(change.new) == len(number)


def test_a_number_of_the_article_or_a_made_up_one() -> None:
    case = answered_question("What happened in 1998?", BRIDGE, "opened")
    made = changes(case.question, lambda source: replace_number(case, source))
    assert "What happened in 2004?" in made and len(made) > 3
    assert not any(str(one) == "What happened in 1,250?" for one in made)
    none = answered_question("How many?", BRIDGE, "opened")
    assert changes("How many?", lambda source: replace_number(none, source)) == {None}


def test_the_opposite() -> None:
    def made(question: str) -> set[str | None]:
        return changes(question, lambda source: replace_by_opposite(question, source))

    assert made("Which is the largest tower?") == {
        f"Which is the {word} tower?" for word in OPPOSITES["largest"]
    }
    assert made("Who won before the largest?") == {
        "Who lost before the largest?",
        "Who won after the largest?",
        "Who won before the smallest?",
    }
    assert made("Who was it?") == {None}


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
    assert changes(question, lambda source: negate(question, source)) == negated


def test_another_word_of_the_same_form() -> None:
    case = answered_question("What did the painters paint?", "The painters painted walls.", "walls")
    made = changes(case.question, lambda source: replace_word(case, NO_REPLACEMENTS, source))
    assert made == {"What did the builders paint?", "What did the workers paint?"}
    # Neither the answer, nor a word of the text that is not near.
    answer = answered_question(case.question, "The painters paint walls of workers.", "workers")
    made = changes(case.question, lambda source: replace_word(answer, NO_REPLACEMENTS, source))
    assert "What did the builders paint?" in made
    assert not any("workers" in str(one) for one in made)
    none = answered_question(case.question, "It rained.", "rained")
    assert changes(case.question, lambda source: replace_word(none, NO_REPLACEMENTS, source)) == {None}


def test_another_word_of_another_sentence_that_tells_something_else() -> None:
    question = "Which walls did the painters paint?"
    text = "The painters did paint blue walls. The builders slept. The workers paint walls red."
    case = answered_question(question, text, "blue", NO_REPLACEMENTS)
    made = changes(question, lambda source: replace_word(case, Replacements.of(text), source))
    assert "Which walls did the builders paint?" in made
    assert not any("workers" in str(one) for one in made)


def test_something_else_is_asked_of_what_the_sentence_does_not_tell() -> None:
    case = answered_question("When was it opened?", "It was opened 1998. It stood in Oslo.", "1998")
    made = changes(case.question, lambda source: ask_something_else(case, source))
    assert made == {"Where was it opened?", "Why was it opened?"}
    told = answered_question("When was it opened?", "It was opened 1998 in Oslo due to rain.", "1998")
    assert changes(told.question, lambda source: ask_something_else(told, source)) == {None}
    who = answered_question("Who opened it?", "Anna opened it.", "Anna")
    assert changes(who.question, lambda source: ask_something_else(who, source)) == {None}


def test_a_condition_that_the_text_does_not_tell() -> None:
    case = answered_question("Who came?", "Anna came in 1998.", "Anna")
    made = changes(case.question, lambda source: add_condition(case, source))
    assert made == {"Who came in 2004?", "Who came in Oslo?"}
    assert changes("Who", lambda source: add_condition(answered_question("Who", "A", "A"), source)) == {None}
    dangling = answered_question("What did she come in?", "Anna came in red.", "red")
    assert changes("", lambda source: add_condition(dangling, source)) == {None}


def test_a_condition_that_the_text_tells() -> None:
    case = answered_question("Where did Anna Berg open the bridge?", STORY, "Oslo")
    made = [add_true_condition(case, random.Random(seed)) for seed in range(20)]
    assert {one.question for one in made if one} == {"Where did Anna Berg open the bridge in 1998?"}
    assert all(one.text == STORY and one.answer_text == "Oslo" for one in made if one)
    asked = answered_question("Where did Anna Berg open the bridge in 1998?", STORY, "Oslo")
    assert add_true_condition(asked, random.Random(1)) is None
    is_answer = answered_question("When did Anna Berg open the bridge?", "It was in 1998.", "1998")
    assert add_true_condition(is_answer, random.Random(1)) is None
