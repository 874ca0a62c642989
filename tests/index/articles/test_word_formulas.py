"""Formulas of Word in one line."""

import pytest
from lxml import etree

from index.articles.word_formulas import MATH, formula_text

X = "<m:r><m:t>x</m:t></m:r>"
SUM = "<m:r><m:t>a+b</m:t></m:r>"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (f"<m:f><m:num>{SUM}</m:num><m:den>{X}</m:den></m:f>", "(a+b)/x"),
        (f"<m:sSubSup><m:e>{X}</m:e><m:sub>{X}</m:sub><m:sup>{SUM}</m:sup></m:sSubSup>", "x_x^(a+b)"),
        (f"<m:rad><m:deg/><m:e>{X}</m:e></m:rad>", "√(x)"),
        (f"<m:d><m:e>{SUM}</m:e></m:d>{X}", "(a+b)x"),
        (f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr><m:e>{X}</m:e></m:d>', "[x"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{X}</m:sub>'
            f"<m:sup/><m:e>{SUM}</m:e></m:nary>",
            "∑_x a+b",
        ),
    ],
)
def test_a_formula(content: str, shown: str) -> None:
    formula = etree.fromstring(f'<m:oMath xmlns:m="{MATH[1:-1]}">{content}</m:oMath>')
    assert formula_text(formula) == shown
