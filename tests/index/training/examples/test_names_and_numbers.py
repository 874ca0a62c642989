"""What a text speaks of: names without the words that begin a sentence, numbers, words of a kind."""

from pathlib import Path

import pytest

from index.training.examples.names_and_numbers import (
    Things,
    any_of,
    ending,
    is_placed,
    likest_by,
    names,
    number_kind,
)
from tests.support.tiny_span_models import save_tiny_reader

ARTICLE = (
    "In 1998 Anna Berg opened the Harbour Bridge in Oslo. Then, Carl Olsen painted it for NATO. "
    "The painters were criticised; Dina Falk's builders repaired the eastern tower in 2004. "
    "They say that Emil Holm paid 1,250 workers of the UN."
)


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in names(text)]


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
    assert found(text) == expected


def test_things_are_the_names_numbers_and_words_of_an_article() -> None:
    things = Things.of(ARTICLE)
    assert set(things.names) == set(found(ARTICLE))
    assert {name for name, placed in things.names.items() if placed} == {"Oslo", "UN"}
    assert set(things.numbers) == {"1998", "2004", "1,250"}
    assert any({"painters", "builders", "workers"} <= set(words) for words in things.words.values())
    assert "they" not in {word for words in things.words.values() for word in words}
    assert Things.of(ARTICLE) == things


def test_words_with_hyphens_are_no_words_to_exchange() -> None:
    words = {word for some in Things.of("a best-selling paper").words.values() for word in some}
    assert words == {"paper"}


def test_kinds() -> None:
    assert number_kind("1998") == number_kind("2004") != number_kind("4004")
    assert number_kind("1,250") != number_kind("12504")
    assert ending("painters") == "ers" and ending("red") == "ed" and ending("zoo") == ""
    assert is_placed("Born in Oslo", 8) and is_placed("Of The Hague", 3) and not is_placed("By Oslo", 3)


def test_the_likest_are_near_and_no_synonyms(tmp_path: Path) -> None:
    encoder = save_tiny_reader(tmp_path, "bert", head=False)
    likest = likest_by(encoder, most=2)
    others = ["river", "tower", "year", "name"]
    first = likest("bridge", others)
    assert len(first) == 2 and set(first) < set(others)
    assert list(likest("bridge", list(first))) == list(first)
    assert list(likest("bridge", ["bridge"])) == [] and list(likest("bridge", [])) == []
    assert any_of("bridge", others) == others
