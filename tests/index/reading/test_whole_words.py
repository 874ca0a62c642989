"""Marked answers: widened to whole addresses, versions and amounts, and to nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.whole_words import widen
from tests.support.growth import LINEAR, growth
from tests.support.tables import each_row


@each_row(
    "text, marked, expected",
    [
        ("Connect to play.emberfall.net, then log in.", "play", "play.emberfall.net"),
        ("Write to billing@emberfall.com.", "emberfall.com", "billing@emberfall.com"),
        ("See (https://a.example/rules?x=1).", "a.example", "https://a.example/rules?x=1"),
        ("The key lies in ~/.wx/key now.", "key now", "~/.wx/key now"),
        ("It needs version 2.4.0.", "2.4", "2.4.0"),
        ("It was well-known.", "known", "well-known"),
        ("It weighs 88 kg.", "88", "88 kg"),
        ("It weighs 88 kg.", "8 kg", "88 kg"),
        ("Fired at 1260 °C for an hour.", "1260 °", "1260 °C"),
        ("Open the file conf/app.toml first.", "app", "conf/app.toml"),
        ("It costs $ 12.50 today.", "12.50", "$ 12.50"),
        ("It costs $5, and a tent costs $12.", "5", "$5"),
        ("It costs $1,200.50.", "200", "$1,200.50"),
        ("It costs 12,50 in town.", "12", "12,50"),
        ("In rooms 3, 12 and 50.", "12", "12"),
        ("It runs at 100 km/h.", "100 k", "100 km/h"),
        ("It loads 5 MB/s.", "5 M", "5 MB/s"),
        ("From 1914-1918 it rained.", "1914", "1914"),
        ("Ada's boat sank.", "Ada", "Ada"),
        ("Plain words stay.", "words", "words"),
        ("At least 3 days before.", "3 days", "At least 3 days"),
        ("It takes about two hours.", "two hours", "about two hours"),
        ("Up to $40 a day.", "40", "Up to $40"),
        ("It holds no more than 12 boats.", "12 boats", "no more than 12 boats"),
        ("It weighs ~5 kg.", "5", "~5 kg"),
        ("They wrote about Anna.", "Anna", "Anna"),
        ("The stand-up to 3 people", "people", "people"),
        ("Every 3 days, at least.", "3 days", "3 days"),
        ("The Harbour Trust (HT) owns it.", "Harbour Trust (HT", "Harbour Trust (HT)"),
        ("It opens at 14:00 (2 pm in town).", "14:00 (2 pm", "14:00 (2 pm in town)"),
        ("The ferry leaves at 2 pm.", "2", "2 pm"),
        ("The ferry leaves at 2 p.m. sharp.", "2", "2 p.m."),
        ("The Trust (HT) owns it (all).", "Trust (HT)", "Trust (HT)"),
        ("See [here and nowhere else.", "[here", "[here"),
    ],
)
def test_marks_cover_whole_words(text: str, marked: str, expected: str) -> None:
    start = text.rindex(marked)
    first, last = widen(text, start, start + len(marked))
    assert text[first:last] == expected


@given(st.text(alphabet="a1.@-/:~ %$()[", max_size=30), st.data())
def test_a_mark_only_grows_and_stays_inside(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = widen(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)


@pytest.mark.parametrize("unit", ["a.", "a/", "1,", "a@", "-a"])
def test_time_is_linear(unit: str) -> None:
    def run(text: str) -> None:
        widen(text, len(text) - 1, len(text))

    assert growth(run, unit * 4_000, unit * 16_000) < LINEAR
