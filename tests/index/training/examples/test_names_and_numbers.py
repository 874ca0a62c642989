"""Names without the words that begin a sentence, numbers, words by their form, and which are similar."""

from pathlib import Path

import pytest

from index.training.examples.names_and_numbers import (
    Replacements,
    all_similar,
    ending,
    find_names,
    follows_preposition,
    most_similar_by,
    number_kind,
)
from tests.support.answered_questions import ARTICLE
from tests.support.tiny_span_models import save_tiny_reader


def names(text: str) -> list[str]:
    return [text[start:end] for start, end in find_names(text)]


def test_names_are_capitalised_words_that_do_not_just_begin_a_sentence() -> None:
    assert names(ARTICLE) == [
        "Anna Berg",
        "Harbour Bridge",
        "Oslo",
        "Carl Olsen",
        "NATO",
        "Dina Falk",
        "Emil Holm",
        "UN",
    ]
    assert names("Who is he? He met the Queen of the Netherlands. “Yes,” said Zoë.") == [
        "Queen of the Netherlands",
        "Zoë",
    ]
    assert names("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In Oslo it rained.", ["Oslo"]),
        ("However Anna Berg came. Did Carl Olsen?", ["Anna Berg", "Carl Olsen"]),
        ("Is the Queen of the Netherlands there?", ["Queen of the Netherlands"]),
        ("When Zoë left, The Hague slept.", ["Zoë", "The Hague"]),
        ("Berg came. It rained.", []),
    ],
)
def test_the_word_that_begins_a_sentence_is_no_part_of_a_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_replacements_are_the_names_numbers_and_words_of_an_article() -> None:
    replacements = Replacements.of(ARTICLE)
    assert set(replacements.names) == set(names(ARTICLE))
    assert {name for name, placed in replacements.names.items() if placed} == {"Oslo", "UN"}
    assert set(replacements.numbers) == {"1998", "2004", "1,250"}
    assert any({"painters", "builders", "workers"} <= set(words) for words in replacements.words.values())
    assert "they" not in {word for words in replacements.words.values() for word in words}
    assert Replacements.of(ARTICLE) == replacements


def test_words_with_hyphens_are_no_words_to_exchange() -> None:
    words = {
        word for same_ending in Replacements.of("a best-selling paper").words.values() for word in same_ending
    }
    assert words == {"paper"}


def test_kinds() -> None:
    assert number_kind("1998") == number_kind("2004") != number_kind("4004")
    assert number_kind("1,250") != number_kind("12504")
    assert ending("painters") == "ers" and ending("red") == "ed" and ending("zoo") == ""
    assert (
        follows_preposition("Born in Oslo", 8)
        and follows_preposition("Of The Hague", 3)
        and not follows_preposition("By Oslo", 3)
    )


def test_the_most_similar_words_are_near_and_no_synonyms(tmp_path: Path) -> None:
    encoder = save_tiny_reader(tmp_path, "bert", head=False)
    most_similar = most_similar_by(encoder, count=2)
    others = ["river", "tower", "year", "name"]
    first = most_similar("bridge", others)
    assert len(first) == 2 and set(first) < set(others)
    assert list(most_similar("bridge", list(first))) == list(first)
    assert list(most_similar("bridge", ["bridge"])) == [] and list(most_similar("bridge", [])) == []
    assert all_similar("bridge", others) == others
