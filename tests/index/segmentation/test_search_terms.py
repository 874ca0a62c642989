"""Search terms: words as people search for them, in many scripts, and never a long one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.search_terms import LONGEST_TERM, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US, U.S. and US-led", ["us", "us", "us", "led"]),
        ("pro-Assad fighters", ["pro", "assad", "fighter"]),
        ("90,000 or 1.5; 2008,2009", ["90000", "1.5", "2008", "2009"]),
        ("The mother’s café at 5 p.m.", ["mother", "cafe", "5", "pm"]),
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


@pytest.mark.slow
@given(st.text())
def test_terms_of_any_text_are_short_and_not_empty(text: str) -> None:
    assert all(0 < len(term) <= 3 * LONGEST_TERM for term in terms(text))
    assert terms(text.upper().lower()) == terms(text.upper())


@pytest.mark.slow
def test_a_line_of_a_megabyte_is_a_short_term() -> None:
    assert [len(term) for term in terms("x" * 1_000_000)] == [LONGEST_TERM]
