"""Spelling: what is misspelt is corrected, and what is not stays."""

import pytest

from index.retrieval.spelling import Spelling
from index.segmentation.search_terms import terms

FOUND = (
    "Three years on the appliance, five on the compressor.",
    "The Vartanova opening is for grandmasters, and Isaune waits in the Belfry.",
    "Warm them in a pan, as the microwave turns them to rubber; see setup.json or wren-cli.",
    "The armour has a colour of its own.",
)
SPELLING = Spelling()


def corrected(question: str, *texts: str) -> str:
    known = {term for text in (*FOUND, *texts) for term in terms(text)}
    return SPELLING.corrected(question, lambda word: not known.isdisjoint(terms(word)), FOUND)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("waranty on the compresor", "warranty on the compressor"),  # left out; one of the text
        ("can i use the mircowave", "can i use the microwave"),  # swapped
        ("is it on by defualt?", "is it on by default?"),
        ("who gets warmed welcom here", "who gets warmed welcome here"),
        ("Hapens what?", "Happens what?"),  # the first word is no name because of its capital
        ("what does isanue do", "what does isaune do"),  # a name that the library has
        ("what does Isanue do", "what does Isaune do"),
        ("openings of vartnovva", "openings of vartanova"),  # two wrong in a long word
        ("armor of which color?", "armor of which color?"),  # the dictionary has both, so nothing is wrong
        ("adress to complain", "address to complain"),  # "dress" is more common, but begins otherwise
        ("seperate rooms, seperate keys", "separate rooms, separate keys"),
    ],
)
def test_a_misspelt_word_is_corrected(question: str, expected: str) -> None:
    assert corrected(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "can i reheat it in the freezer, or is it insured",  # rare, but right
        "whats the max, and theyre what",  # understood without their apostrophes
        "who is Halvick",  # a name that the library does not have
        "what about kubernetes and paypaal",
        "do you have toluenne",
        "halvik",  # nothing is near
        "which intro",  # "into" is no word to search by
        "setpu.json compresor.toml my@adress.com /defualt wren-clii #welcom v2beta3 compresor's",
        "recpts reportet",  # "receipt" or recipes, reported or reporter
        "warrum gehen kleine luften",  # "warrant" and "luften" are near, but this is no English
        "waranty defualt",
        "Что такое компрессор",
        "corsa",
        "",
        "????",
    ],
)
def test_what_is_right_or_not_clear_stays(question: str) -> None:
    assert corrected(question) == question


def test_a_word_of_the_library_is_right_whatever_the_dictionary_says() -> None:
    assert corrected("the welcom mat", "Welcom is a brand of mats.") == "the welcom mat"


def test_two_words_that_are_as_near_are_left_to_the_dictionary() -> None:
    none: frozenset[str] = frozenset()
    found = ("grapes and grades",)
    assert SPELLING.corrected("the grabes", none.__contains__, found) == "the grabes"


def test_an_endless_word_takes_no_time() -> None:
    long = "x" * 20_000
    assert corrected(f"what is {long}") == f"what is {long}"
