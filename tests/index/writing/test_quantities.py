"""Numbers, units, dates and times in one form, whatever their wording."""

from index.writing.quantities import Quantity, quantities, stated_alone
from tests.support.tables import each_row


def numbers(text: str) -> set[tuple[str, str]]:
    return {(number.value, number.unit) for number in quantities(text).numbers}


@each_row(
    "text, expected",
    [
        ("£3.2m", {("3200000", "pound")}),
        ("3.2 million pounds", {("3200000", "pound")}),
        ("two million euros", {("2000000", "euro")}),
        ("US$5bn", {("5000000000", "dollar")}),
        ("seventy-two men", {("72", "")}),
        ("90,000 leaflets", {("90000", "")}),
        ("40 %, 40 per cent and 40 percent", {("40", "%")}),
        ("a 900-metre bridge, 900 m long", {("900", "m")}),
        ("35 degrees Celsius, 35 °C", {("35", "celsius")}),
        ("-5 °C, minus 5 °C, 5 °C below zero", {("-5", "celsius")}),
        ("2-5 °C", {("2", ""), ("5", "celsius")}),
        ("a change of -300 pounds", {("300", "pound")}),
        ("5 km², 5 square kilometres", {("5", "square km")}),
        ("the 21st floor, the twenty-first floor", {("21st", "")}),
        ("version 1.8.2", {("1.8.2", "")}),
        ("1.50 l", {("1.5", "l".replace("l", "litre"))}),
        ("half of it", {("half", "")}),
        ("It was halved.", {("half", "")}),
        ("twice a year", {("2", "")}),
        ("Prices doubled, then tripled.", {("2", ""), ("3", "")}),
        ("It is red.", set()),
    ],
)
def test_numbers_have_one_form(text: str, expected: set[tuple[str, str]]) -> None:
    assert numbers(text) == expected


@each_row(
    "statement, source, stated",
    [
        ("900 metres", "It is 900 m long.", True),
        ("900", "It is 900 m long.", True),
        ("900 m", "Length (m): 900", True),  # the unit stands elsewhere
        ("900 km", "It is 900 m long.", False),
        ("900 km", "It is 900 long.", False),
        ("1 km", "It is 1,000 m long.", False),  # nothing is converted
        ("800 m", "It is 900 m long.", False),
        ("35 degrees", "35 °C", True),
        ("35 °F", "35 °C", False),
        ("5 °C", "It fell to -5 °C.", False),
        ("-5 °C", "It fell to 5 °C.", False),
        ("5 degrees below zero", "It fell to −5 °C.", True),
        ("$500", "500 euros", False),
        ("$500,000", "$500", False),
        ("3 million", "3 thousand", False),
        ("one of them", "two of them", True),  # "one" is mostly no number
        ("third", "second", False),
        ("half", "all", False),
        ("two times", "twice", True),
        ("double the quantity", "twice the amount", True),
        ("three times", "twice", False),
        ("8 wardens", "B-8", True),
    ],
)
def test_a_number_is_stated_with_its_unit_or_not(statement: str, source: str, stated: bool) -> None:
    found = stated_alone(quantities(statement)).unstated_number(quantities(source))
    assert (found is None) is stated


@each_row(
    "statement, source, stated",
    [
        ("on May 3rd, 1974", "3 May 1974", True),
        ("on the third of May, 1974", "1974-05-03", True),
        ("on 3 May", "3 May 1974", True),
        ("on 4 May 1974", "3 May 1974", False),
        ("on 3 May 1980", "3 May 1974", False),
        ("on 3 May 1974", "3 May, in 1974", True),
        ("on 3 May 1980", "3 May 1974, and again in 1980", False),
        ("on 3 May 1974", "3 June 1974 and 5 May 1974", False),
        ("on 03/05/1974", "3 May 1974", True),
        ("at 2 p.m.", "at 14:00", True),
        ("at 2 a.m.", "at 14:00", False),
        ("from 2 to 5 pm", "14:00-17:00", True),
        ("from 2 to 6 pm", "14:00-17:00", False),
    ],
)
def test_a_date_or_time_is_stated_or_not(statement: str, source: str, stated: bool) -> None:
    assert (quantities(statement).unstated_date(quantities(source)) is None) is stated


def test_the_months_of_dates_are_known_in_words() -> None:
    assert quantities("1974-05-03").month_words == {"may"}
    assert quantities("3.9.1974").month_words == {"september", "sep"}


def test_several_texts_state_together() -> None:
    found = quantities("5 km", "on 3 May")
    assert (found.numbers, found.units) == ({Quantity("5", "km")}, {"km"})
    assert found.dates == {frozenset(("05-03",))}
