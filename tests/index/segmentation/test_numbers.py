"""Numbers, times and dates: what they are, whatever way they are written, and what is none."""

import pytest

from index.segmentation.numbers import DIGITS, number_forms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("nine hundred ninety-nine thousand nine hundred and ninety-nine", ["999999"]),
        ("60 thousand, a hundred and one", ["60000", "101"]),
        ("thirty-first, 31st", ["31st"]),
        ("12 am, 12 pm, 11.59 P.M.", ["00:00", "12:00", "23:59"]),
        ("9 to 5pm", ["09:00", "17:00"]),
        ("Sept 4, Jan. 12, 2014", ["09-04", "2014-01-12", "01-12"]),
        ("03/05/1974", ["1974-03-05", "03-05", "1974-05-03", "05-03"]),
        ("28/02, 02/28", ["02-28", "02-28"]),
        ("$1,200, £3.2m, 5 %", ["dollar", "3.2", "million", "pound", "percent"]),
        (
            "May f\u0131rst, twenty-f\u0130rst, 2-f\u0131ve pm, \u017fixty-six",
            ["05-01", "21st", "14:00", "17:00", "66"],
        ),
        ("$3\u212a", ["3", "thousand", "dollar"]),  # the Kelvin sign
        ("13 pm, 25:00, 24/7, 1/2, 1:2:3, 45/2024, 2.0.1, May 99, 3 Maybe, sevenfold, one", []),
    ],
)
def test_the_terms_of_numbers(text: str, terms: list[str]) -> None:
    assert [term for form in number_forms(text) for term in form.terms] == terms


def test_numbers_of_one_word() -> None:
    assert DIGITS["seventy"] == "70"
    assert DIGITS["second"] == "2nd"
    assert DIGITS["eleventh"] == "11th"
    assert "one" not in DIGITS
