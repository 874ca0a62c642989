"""Folding: spellings of the same thing become one, and each place has its place in the original."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.folding import FoldedText, fold_characters, fold_like, fold_text, number_spellings
from tests.support.growth import LINEAR, growth


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("plain text, as it is", "plain text, as it is"),
        ("the re\ufb01nery o\ufb03ce", "the refinery office"),
        ("work\u00adshop, foot\u200bbridge, \ufeffstart", "workshop, footbridge, start"),
        ("‘a’ “b” «c» d’s", '\'a\' "b" "c" d\'s'),
        ("1914–1918, well‑known, a — b", "1914-1918, well-known, a — b"),
        ("inter-\nnational, Anglo-\nSaxon", "international, Anglo-\nSaxon"),
        ("cafe\u0301 café ＡＢＣ 75\u00a0euros…", "café café ABC 75 euros..."),
        ("40 m², 1½ cups, H₂O", "40 m², 1½ cups, H₂O"),
        ("\u1112\u1161\u11ab", "한"),
        ("", ""),
    ],
)
def test_characters_are_written_one_way(text: str, folded: str) -> None:
    assert fold_characters(text).text == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Seventy-two steps", "72 steps"),
        ("three hundred and fifty people", "350 people"),
        ("fifty-two thousand crowns, 1,250,000 litres, 1\u00a0000 m", "52000 crowns, 1250000 litres, 1000 m"),
        ("the twenty-first floor, the second door", "the 21st floor, the second door"),
        ("from 2 pm, 2:30 p.m., 14h30 or 12 a.m.", "from 14:00, 14:30, 14:30 or 00:00"),
        ("9-5 pm, between two and five pm", "09:00 to 17:00, between 14:00 to 17:00"),
        ("3 May 1974, May 3rd, 1974, the third of May, 1974", "3 May 1974, 3 May 1974, the 3 May 1974"),
        (
            "12 Jan. 2014, 1974-05-03, 03.05.1974, 28/02",
            "12 January 2014, 3 May 1974, 3 May 1974, 28 February",
        ),
        ("40 per cent or 40 percent", "40 % or 40 %"),
        (
            "the one, version 3.5.1974.2, 25:00, 3/4, 3 Maybe",
            "the one, version 3.5.1974.2, 25:00, 3/4, 3 Maybe",
        ),
    ],
)
def test_numbers_times_and_dates_are_written_one_way(text: str, folded: str) -> None:
    assert fold_text(text).text == folded


@pytest.mark.parametrize(
    ("question", "text", "folded"),
    [
        ("Where do the 72 steps lead?", "Seventy-two steps, ten rails", "72 steps, ten rails"),
        ("Do seventy-two steps lead up?", "72 steps, 10 rails", "seventy-two steps, 10 rails"),
        ("What is 1,000 m long?", "It is 1000 m long, not 1000.5.", "It is 1,000 m long, not 1000.5."),
        ("What opens at 2 pm?", "It opens at 14:00 on 2 May.", "It opens at 2 pm on 2 May."),
        ("What happened on 3 May 1974?", "On May 3rd, 1974 it rained.", "On 3 May 1974 it rained."),
        ("Who held the 1st race?", "The first race, not the second", "The 1st race, not the second"),
        ("How many per cent is it?", "It is 40%.", "It is 40 per cent."),
        ("How many men died?", "Ten men died at 2 pm on 3 May.", "Ten men died at 2 pm on 3 May."),
        ("Is it two?", "2/3, 2.0, v2, 1:2, a-2", "2/3, 2.0, v2, 1:2, a-two"),
    ],
)
def test_numbers_are_written_as_another_text_writes_them(question: str, text: str, folded: str) -> None:
    like = fold_like(text, number_spellings(question))
    assert like.text == folded
    check(text, like)


@pytest.mark.parametrize(
    ("text", "part", "original"),
    [
        ("the re\ufb01nery", "refinery", "re\ufb01nery"),
        ("a work\u00adshop here", "workshop", "work\u00adshop"),
        ("an inter-\n  national ‘thing’", "international 'thing'", "inter-\n  national ‘thing’"),
        ("about seventy-two steps", "72", "seventy-two"),
        ("on May 3rd, 1974 it rained", "3 May 1974", "May 3rd, 1974"),
        ("the o\ufb03ce at 2:30 p.m. sharp", "14:30 sharp", "2:30 p.m. sharp"),
    ],
)
def test_a_part_of_the_folded_text_has_its_place_in_the_original(text: str, part: str, original: str) -> None:
    folded = fold_text(text)
    start = folded.text.index(part)
    assert text[slice(*folded.original(start, start + len(part)))] == original
    place = text.index(original)
    assert folded.folded(place, place + len(original)) == (start, start + len(part))


def check(text: str, folded: FoldedText) -> None:
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    shared = Counter(folded.starts)
    for place, character in enumerate(folded.text):
        start, end = folded.original(place, place + 1)
        if shared[start] == 1 and character.isascii() and end - start == 1 and text[start].isascii():
            assert text[start] == character


_PIECES = st.sampled_from(
    [
        *"e\u0301|\u0301|\ufb01|\u00ad|-\n|\u200d|a|B| |’|²|½|\u1112|\u1161|\u00a0".split("|"),
        *"two |hundred |and |thousand |May |3|rd|, |1974| pm|:30|-|/|.|%|000".split("|"),
    ]
)


_TEXTS = st.one_of(st.text(), st.lists(_PIECES).map("".join))


@given(_TEXTS, _TEXTS)
def test_any_text_is_folded_with_an_exact_map(text: str, question: str) -> None:
    check(text, fold_characters(text))
    check(text, fold_text(text))
    check(text, fold_like(text, number_spellings(question)))
    folded = fold_characters(text).text
    assert fold_characters(fold_characters(folded).text).text == fold_characters(folded).text


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [
        "a\u0301",
        "\u0301",
        "\ufb01 ",
        "a-\n",
        "a-\n ",
        "two hundred and ",
        "3 May ",
        "1,000",
        "9",
        "2-2 pm ",
        "the ",
    ],
)
def test_the_time_grows_with_the_length_of_a_text(part: str) -> None:
    assert growth(fold_text, part * 2_000, part * 8_000) < LINEAR
    assert growth(lambda text: fold_like(text, {"9": "nine"}), part * 2_000, part * 8_000) < LINEAR
