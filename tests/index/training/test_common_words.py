"""The list of words that are no names is what the project's own libraries have in small letters."""

from pathlib import Path

from index.training.common_words import common_words, main
from index.writing.common_words import common_words as shipped


def test_words_in_small_letters_are_taken() -> None:
    texts = ["Leave it to Ann, or leave e.g. a note_x.", "Visit https://oslo.example/town today."]
    assert common_words(texts) == sorted({"it", "to", "or", "leave", "today"})


def test_what_is_a_name_more_often_is_not_taken() -> None:
    texts = ["we ship to oslo, and back", "We ship to Oslo, and from Oslo. Back it went."]
    assert common_words(texts) == sorted({"we", "ship", "to", "and", "back", "from", "it", "went"})


def test_the_list_that_ships_is_the_one_of_the_libraries(tmp_path: Path) -> None:
    main(["--out", str(tmp_path / "words.txt")])
    assert frozenset((tmp_path / "words.txt").read_text(encoding="utf-8").split()) == shipped()
