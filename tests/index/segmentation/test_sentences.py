"""Sentences: the first article, a list of what segmenters stumble over, and properties of any text."""

import random
import re
import textwrap
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Sentence
from index.segmentation.sentences import LONGEST_SENTENCE, LONGEST_UNSPACED, split_sentences
from tests.support.growth import LINEAR, growth
from tests.support.paths import ARTICLE
from tests.support.prose import KNOWN_WRONG, PROSE
from tests.support.tables import each_row

# Lists: a text, and its sentences.
BLOCKS = [
    ("他来了。她走了！为什么？因为下雨。", ["他来了。", "她走了！", "为什么？", "因为下雨。"]),
    ("彼は言った。「もう行く。」そして去った。", ["彼は言った。", "「もう行く。」", "そして去った。"]),
    ("# The title #\nThe body.", ["The title", "The body."]),
    ("### About C#\n\nIt is sharp.", ["About C#", "It is sharp."]),
    ("#5 is alive.", ["#5 is alive."]),
    ("Title\n=====\nThe body.\n***\nMore.", ["Title", "The body.", "More."]),
    (
        "The title\nA body that is longer than its title.",
        ["The title", "A body that is longer than its title."],
    ),
    (
        "A sentence wrapped\nby hand at a width,\nas by J. R. R.\nTolkien. Two.",
        ["A sentence wrapped\nby hand at a width,\nas by J. R. R.\nTolkien.", "Two."],
    ),
    (
        "* one item\n* two items,\n  and more\n- [ ] to do\n• dot",
        ["one item", "two items,\n  and more", "to do", "dot"],
    ),
    ("1. Mix it. Stir.\n2) Bake\n(3) Eat\na) now", ["1. Mix it.", "Stir.", "2) Bake", "(3) Eat", "a) now"]),
    (
        "He said:\n> It is mine,\n> all of it.\n\nShe left.",
        ["He said:", "It is mine,\n> all of it.", "She left."],
    ),
    ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "| c | d |"]),
    ("He left.Then she came.", ["He left.", "Then she came."]),
    ("i do. it takes an hour.", ["i do.", "it takes an hour."]),
    ("One.\r\n\r\nTwo\r\n\r\nThree", ["One.", "Two", "Three"]),
    ("Lonely surrogates \ud800 are kept. Yes.", ["Lonely surrogates \ud800 are kept.", "Yes."]),
    ("", []),
    (" \n\t\n", []),
    ("---\n* * *\n!?", []),
]


def cut(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


def test_the_first_article() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    assert cut(text) == [paragraph for paragraph in text.split("\n") if paragraph]


@each_row("sentences", PROSE)
def test_prose(sentences: str) -> None:
    assert cut(sentences.replace(" | ", " ")) == sentences.split(" | ")


@pytest.mark.xfail(strict=True)
@pytest.mark.parametrize("sentences", KNOWN_WRONG)
def test_what_is_known_to_come_out_wrong(sentences: str) -> None:
    assert cut(sentences.replace(" | ", " ")) == sentences.split(" | ")


@pytest.mark.parametrize("width", [30, 45, 72])
@each_row("sentences", PROSE)
def test_wrapped_prose(sentences: str, width: int) -> None:
    text = textwrap.fill(" ".join([PROSE[0], sentences]).replace(" | ", " "), width, break_on_hyphens=False)
    assert [" ".join(sentence.split()) for sentence in cut(text)] == f"{PROSE[0]} | {sentences}".split(" | ")


@each_row("text, sentences", BLOCKS)
def test_blocks(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def check(text: str, sentences: list[Sentence]) -> None:
    """Assert all that holds for the sentences of any text."""
    assert all(0 <= sentence.start < sentence.end <= len(text) for sentence in sentences)
    assert all(before.end <= after.start for before, after in pairwise(sentences))
    gaps = [0, *(place for sentence in sentences for place in (sentence.start, sentence.end)), len(text)]
    for start, end in zip(gaps[::2], gaps[1::2], strict=True):
        assert not any(map(str.isalnum, text[start:end]))
    for sentence in sentences:
        shown = text[sentence.start : sentence.end]
        assert shown == shown.strip()
        assert len(shown) <= LONGEST_SENTENCE


_PIECES = st.sampled_from(
    [
        *'Dr. |a|B|e\u0301|1|. |.|! |? |。|中文|ไทย| |\n|\n\n|\r\n|\t|- |# |> |1. |(|)|[|] |"|“|” |…'.split(
            "|"
        ),
        *"😀|\u200d|\ufe0f|\ud800|\x00|\x85|\u2028|\xa0|U.S. |words and words |---\n|```\n|[1]".split("|"),
        "| ",
        "x" * 300,
    ]
)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u3000", "\u2009 \u00a0"])
def test_any_space_may_stand_between_an_initial_and_its_full_stop(space: str) -> None:
    text = f"It is plan B{space}. It rained."
    assert "".join(text[span.start : span.end] for span in split_sentences(text)).startswith("It is plan B")


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029"])
def test_line_separators_do_not_end_the_cutting(separator: str) -> None:
    text = f".words and words B{separator}.B"  # on which sentencex dies
    check(text, split_sentences(text))


@pytest.mark.slow
@given(st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join)))
def test_any_text(text: str) -> None:
    check(text, split_sentences(text))


@pytest.mark.slow
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_it_is_the_same_each_time(text: str) -> None:
    assert split_sentences(text) == split_sentences(text)


def test_whole_words_that_look_like_abbreviations_end_sentences() -> None:
    text = "Come on 16 May. Entries close on 1 May. “Send your ID.” May 3 is too late. See May 5. May I?"
    assert [text[sentence.start : sentence.end] for sentence in split_sentences(text)] == [
        "Come on 16 May.",
        "Entries close on 1 May.",
        "“Send your ID.”",
        "May 3 is too late.",
        "See May 5.",
        "May I?",
    ]


def test_long_sentences_are_cut_at_their_best_place() -> None:
    clauses = cut("Word after word, " * 100 + "end.")
    assert all(clause.endswith((",", ".")) and len(clause) > LONGEST_SENTENCE // 2 for clause in clauses[:-1])
    words = cut("word " * 500)
    assert {word for part in words for word in part.split()} == {"word"}
    assert max(map(len, words)) <= LONGEST_SENTENCE
    quotation = cut('"' + "He came and went as he liked. " * 40 + 'It ended."')
    assert all(part.endswith((".", '."')) for part in quotation)
    assert max(map(len, cut("中文字" * 1000))) <= LONGEST_UNSPACED
    assert all(part.endswith("，") for part in cut("中文字，" * 100)[:-1])


@pytest.mark.parametrize("cluster", ["e\u0301\u0323", "👩\u200d👩\u200d👧", "👍🏽", "ก็"])
@each_row("shift", range(4))
def test_a_hard_cut_parts_no_cluster(cluster: str, shift: int) -> None:
    parts = cut("a" * (1 + shift) + f"{cluster}b" * 900)
    assert len(parts) > 1
    assert all(re.fullmatch(f"a*b?(?:{cluster}b)*(?:{cluster})?", part) for part in parts)


def test_a_pile_of_marks_is_cut_all_the_same() -> None:
    text = "e" + "\u0301" * 5000
    check(text, split_sentences(text))


# What the text begins with, what is repeated, how often, and what it ends with.
LONG = {
    "normal": ("", 'This is a sentence, by Dr. Smith. "He left." She stayed (maybe).\n\n', 1_000, ""),
    "one line": ("", "This is a sentence, by Dr. Smith. He left. She stayed. ", 1_000, ""),
    "no punctuation": ("", "word and another ", 6_000, ""),
    "one word": ("", "a", 100_000, ""),
    "chinese": ("", "他来了。她走了！", 2_500, ""),
    "chinese without stops": ("", "他来了她走了", 10_000, ""),
    "quotes and brackets": ("", '"He (left." [She. \'stayed). “Oh”’ «Non. ', 750, ""),
    "dots": ("", ".", 100_000, ""),
    "opening": ("", "([", 5_000, "a"),
    "notes": ("", "a.[", 20_000, ""),
    "headings": ("# a", " #", 50_000, ""),
    "quotations": ("", "> ", 50_000, "a"),
    "spaces": ("a", " ", 100_000, "b"),
    "short lines": ("", "a\n", 15_000, ""),
    "numbers": ("", "1. ", 15_000, ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_the_time_grows_with_the_length_of_a_text(name: str) -> None:
    begin, part, times, end = LONG[name]
    long, longer = begin + part * (times // 2) + end, begin + part * 2 * times + end
    assert growth(split_sentences, long, longer) < LINEAR
    check(long, split_sentences(long))


def test_a_long_text_is_cut_like_a_short_one() -> None:
    # sentencex sees a long paragraph through windows: their edges must not show.
    pick = random.Random(5)
    sentences = [
        f"The {'very ' * pick.randrange(40)}long line No. {number} ends here." for number in range(500)
    ]
    assert cut(" ".join(sentences)) == sentences
