"""Passages: whole sentences, the encoder's window, paragraphs kept together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.passages import SHORTEST, TARGET, make_passages
from index.segmentation.sentences import split_sentences
from tests.support.paths import ARTICLE


def words(text: str) -> int:
    return len(text.split())


def passages(text: str, limit: int = 250) -> list[str]:
    made = make_passages(text, split_sentences(text), words, limit)
    return [text[passage.start : passage.end] for passage in made]


def paragraph(sentences: int, length: int = 20, name: str = "Word") -> str:
    return " ".join([f"{name} " + "and " * (length - 2) + "end."] * sentences)


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from([" ", "\n", "\n\n", "\n \n"])), max_size=60),
    st.integers(1, 300),
)
def test_every_sentence_is_in_one_passage(shape: list[tuple[int, str]], limit: int) -> None:
    text = "".join(paragraph(1, length + 1) + gap for length, gap in shape)
    sentences = split_sentences(text)
    assert len(sentences) == len(shape)
    counted: list[str] = []

    def count(sentence: str) -> int:
        counted.append(sentence)
        return words(sentence)

    made = make_passages(text, sentences, count, limit)
    assert counted == [text[sentence.start : sentence.end] for sentence in sentences]
    numbers = [number for passage in made for number in range(passage.first, passage.last)]
    assert numbers == list(range(len(sentences)))
    for passage in made:
        assert passage.start == sentences[passage.first].start
        assert passage.end == sentences[passage.last - 1].end
        assert passage.last - passage.first == 1 or words(text[passage.start : passage.end]) <= limit


def test_no_sentences_no_passages() -> None:
    assert make_passages("", [], words, 250) == []


def test_news_of_one_sentence_a_paragraph_is_merged() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    made = passages(text)
    assert 3 <= len(made) <= 6
    assert all(TARGET / 2 < words(passage) <= TARGET for passage in made[:-1])


def test_a_paragraph_that_fits_is_a_passage() -> None:
    parts = [paragraph(8), paragraph(9), paragraph(10)]
    assert passages("\n\n".join(parts)) == parts


def test_a_heading_goes_with_what_follows() -> None:
    parts = [paragraph(8), paragraph(8)]
    assert passages(f"{parts[0]}\n\n# Heading\n\n{parts[1]}") == [parts[0], f"Heading\n\n{parts[1]}"]


def test_a_last_line_goes_with_what_precedes() -> None:
    assert passages(paragraph(8) + "\n\nThe end.") == [paragraph(8) + "\n\nThe end."]
    last = paragraph(2)
    assert words(last) >= SHORTEST
    assert passages(paragraph(8) + "\n\n" + last) == [paragraph(8), last]


def test_a_long_paragraph_is_cut_into_balanced_runs() -> None:
    lengths = [words(passage) for passage in passages(paragraph(14))]
    assert lengths == [140, 140]
    lengths = [words(passage) for passage in passages(paragraph(100, 7))]
    assert len(lengths) == 4
    assert max(lengths) - min(lengths) <= 28


def test_a_sentence_over_the_limit_is_alone() -> None:
    text = f"{paragraph(1)} {paragraph(1, 90)} {paragraph(1)}"
    assert [words(passage) for passage in passages(text, limit=50)] == [20, 90, 20]


def test_the_same_sentence_five_times() -> None:
    text = "The same sentence.\n\n" * 5
    (passage,) = make_passages(text, split_sentences(text), words, 250)
    assert (passage.first, passage.last) == (0, 5)
