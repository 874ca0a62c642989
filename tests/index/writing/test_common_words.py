"""Words that are no names, though a sentence begins with them."""

from index.writing.common_words import common_words


def test_words_of_every_day_are_there_and_names_are_not() -> None:
    words = common_words()
    assert {"yes", "anyone", "leave", "beneath", "almost", "you"} <= words
    assert words.isdisjoint({"townsend", "smith", "oslo", "pentagon", "syria"})
    assert all(word == word.lower() and word.isalpha() for word in words)
