"""Search terms: words as people search for them, in many scripts, and never a long one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.search_terms import LONGEST_TERM, number_wordings, terms
from tests.support.tables import each_row


@each_row(
    "text, expected",
    [
        ("US, U.S. and US-led", ["us", "us", "us", "led"]),
        ("pro-Assad fighters", ["pro", "assad", "fighter"]),
        ("90,000 or 1.5; 2008,2009", ["90000", "1.5", "2008", "2009"]),
        ("The mother’s café at 5 p.m.", ["mother", "cafe", "5", "pm", "17:00"]),
        ("re\ufb01nery sta\ufb00, inter-\nnational", ["refineri", "staff", "internat", "inter", "nation"]),
        ("Seventy-two of seven", ["70", "2", "7", "72"]),
        ("three hundred and fifty", ["3", "100", "50", "350"]),
        ("no one, the second, 2nd", ["one", "2nd", "2nd"]),
        ("at 2 pm, 14:00", ["2", "pm", "14", "00", "14:00", "14:00"]),
        ("40% or £3.2m", ["40", "3.2m", "percent", "3.2", "million", "pound"]),
        ("J.K. Rowling", ["jk", "rowl"]),
        ("STRASSE straße", ["strass", "strass"]),
        ("co\u00adalition \ufeffcoalition", ["coalit", "coalit"]),
        ("Who did what, and why?", []),
        ("東京", ["東京"]),
        ("北京欢迎2008", ["北京", "京欢", "欢迎", "2008"]),
        ("ประเทศ", ["ปร", "ระ", "ะเ", "เท", "ทศ"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("\x00 \ud800 😀 __ ...", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    "writings",
    [
        ("seventy-two", "72"),
        ("1,250,000", "1250000", "1\u202f250\u202f000"),
        ("2 pm", "14:00", "2:00 p.m.", "two p.m."),
        ("2:30 p.m.", "14:30"),
        ("3 May 1974", "May 3rd, 1974", "the third of May, 1974", "1974-05-03", "03/05/1974", "3.5.1974"),
        ("the second spillway", "the 2nd spillway"),
        ("40 per cent", "40 percent", "40%"),
        ("the workshop", "the work\u00adshop", "the work-\nshop"),
    ],
)
def test_writings_of_the_same_share_a_term(writings: tuple[str, ...]) -> None:
    assert set.intersection(*(set(terms(writing)) - set("0123456789") for writing in writings))


@pytest.mark.slow
@given(st.text())
def test_terms_of_any_text_are_short_and_not_empty(text: str) -> None:
    assert all(0 < len(term) <= 3 * LONGEST_TERM for term in terms(text))
    assert terms(text.upper().lower()) == terms(text.upper())


@pytest.mark.slow
def test_a_line_of_a_megabyte_is_a_short_term() -> None:
    assert [len(term) for term in terms("x" * 1_000_000)] == [LONGEST_TERM]


def test_numbers_have_terms_in_any_wording_and_their_own() -> None:
    (wording,) = number_wordings("At 2 pm it rains.")
    assert wording == ({"14:00"}, {"14:00", "2", "pm"})
    assert number_wordings("It rains on 3 of 5 days.") == []
