"""Abbreviations: whether a sentence goes on after their full stop."""

from index.segmentation.abbreviations import goes_on
from tests.support.tables import each_row


@each_row(
    "before, following, on",
    [
        ("It was approx.", "Nine metres", True),
        ("at 9 a.m.", "Monday", True),
        ("at 9 a.m.", "The gates", False),
        ("Voss et al. [14]", "measured it", True),
        ("It cost 3 bn.", "Euros", True),
        ("It cost 3 bn.", "They paid", False),
        ("Max.", "for two", True),
        ("Est.", "on", True),
        ("in 14 Mill St.", "They sold it", False),
        ("things: 1.", "a compass", True),
        ("Open Fri.", "9 to 5", True),
        ("am 3.", "Mai", True),
        ("It rained.", "it stopped", False),
        ("Salt etc.", "and sugar", True),
        ("Salt etc.", "Sugar", False),
    ],
)
def test_a_sentence_goes_on_after_an_abbreviation(before: str, following: str, on: bool) -> None:
    assert goes_on(before, following, capitalised=True) is on
