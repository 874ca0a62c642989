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
        ("the (waranty) of the *compresor*", "the (warranty) of the *compressor*"),
        ("is it burried or recieved", "is it buried or received"),
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
        "can i reheat it in the freezer, or is it insured",
        "whats the max, and theyre what",  # understood without their apostrophes
        "who is Halvick",  # a name that the library does not have
        "what about kubernetes and paypal and minecraft",
        "how do i start the backend and the frontend of nodejs",  # not "backed", "fronted", "nodes"
        "What is the capital of Slovenia, and who is petersen",  # rare, but right
        "how is hypothyroidism treated by a lessee",
        "when is the programme",
        "do you have toluenne",
        "halvik",  # nothing is near
        "the dipsenser in the museum",  # more than vowels would have to change, and no sentence has it
        "which intro",  # "into" is no word to search by
        "recpts reportet",  # "receipts" or "recipes", "reported" or "reporter"
        "warrum gehen kleine luften",  # "warrant" and "luften" are near, but this is no English
        "waranty defualt",
        "corsa",
        "RECIEPT for the iPhonne",
        r"see setpu.json, C:\defualt\compresor.toml, my@adress.com or /defualt",
        "wren-clii #welcom v2beta3 `defualt`",
        "call defualt() with $defualt ~defualt defualt=1 the compresor's wrrant\u00adyyy welcom\u0301",
        "Что такое компрессор",
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


def test_british_words_become_american_ones_that_the_library_has() -> None:
    for question in ("which colour is it", "is draught beer served in the centre"):
        assert SPELLING.corrected(question, lambda word: False, ()) == question
    assert SPELLING.corrected("which colour is it", "color".__eq__, ()) == "which color is it"


def test_endless_questions_and_texts_are_cut_short() -> None:
    long = "what is " + "x" * 20_000
    assert corrected(long) == long
    many = "the compresor " * 30
    assert corrected(many) == "the compressor " * 20 + "the compresor " * 10
    assert (
        SPELLING.corrected("the compresor", lambda word: False, [" " * 10_000 + FOUND[0]]) == "the compressor"
    )
