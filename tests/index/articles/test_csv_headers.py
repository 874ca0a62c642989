"""Names of the columns of a table in a text file."""

import pytest

from index.articles.csv_headers import first_header, introduces_table, is_repeated, later_header

BOATS = [["Boat", "Seats", "Crew"], ["Tern", "40", "3"], ["Gull", "12", ""]]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (BOATS, ["Boat", "Seats", "Crew"]),
        ([["Boat", "2023", "2024"], ["Tern", "3", "4"]], ["Boat", "2023", "2024"]),
        (
            [["", "Size", ""], ["Boat", "Length", "Beam"], ["Tern", "7.4", "2.5"]],
            ["Boat", "Size Length", "Size Beam"],
        ),
        (
            [["Boat", "Size", ""], ["", "Length", "Beam"], ["Tern", "7.4", "2"]],
            ["Boat", "Size Length", "Size Beam"],
        ),
    ],
)
def test_the_first_header(rows: list[list[str]], columns: list[str]) -> None:
    header = first_header(rows)
    assert header is not None
    assert header.columns == columns


@pytest.mark.parametrize(
    "rows",
    [
        BOATS[:1],
        BOATS[1:],
        [["Boat", "Boat", "Crew"], *BOATS[1:]],
        [["Updated", "May", "", ""], ["Boat", "Seats", "Crew", "Berth"], ["Tern", "40", "3", "8"]],
    ],
)
def test_what_is_no_header(rows: list[list[str]]) -> None:
    assert first_header(rows) is None


def test_a_later_header_has_names_enough_or_is_the_same() -> None:
    before = first_header(BOATS)
    assert later_header([["Place", "Opens", "Closes"], ["Mill", "9", "17"]], None) is not None
    assert later_header([["Phone", "desk"], ["Mail", "4"]], before) is None
    assert later_header([["Place", "Opens", "Closes"], ["Mill", "early", "late"]], before) is None
    assert later_header(BOATS, before) is not None
    assert is_repeated(BOATS[0], before)
    assert not is_repeated(BOATS[1], before)


def test_what_says_something_about_the_table_below() -> None:
    assert introduces_table([["Updated", "May", "", ""], [], ["Boat", "Seats", "Crew", "Berth"]])
    assert not introduces_table(BOATS)
