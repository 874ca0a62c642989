"""When an article was last changed, however it writes that."""

from datetime import UTC, datetime

import pytest

from index.articles.dates import latest_date
from index.articles.front_matter import split_front_matter
from tests.support.tables import each_row


def seconds(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@each_row(
    "written",
    [
        "2024-05-03",
        "2024/05/03",
        "3 May 2024",
        "3rd of May 2024",
        "May 3, 2024",
        "may 3rd, 2024",
        "Fri, 3 May 2024",
        "03.05.2024",
        "20240503",
        "2024-05-03 00:00",
        "2024-05-03T00:00:00Z",
        "2024-05-03T02:00:00+02:00",
        "2024-05-02 19:00 -0500",
        "Fri, 03 May 2024 00:00:00 GMT",
    ],
)
def test_a_date_has_many_forms(written: str) -> None:
    assert latest_date([written]) == seconds(2024, 5, 3)


@pytest.mark.parametrize(
    ("written", "date"), [("2024", (2024, 1, 1)), ("2024-05", (2024, 5, 1)), ("May 2024", (2024, 5, 1))]
)
def test_what_a_date_leaves_open_is_the_first_it_may_be(written: str, date: tuple[int, ...]) -> None:
    assert latest_date([written]) == seconds(*date)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "1:30",
        "Friday",
        "3 May",
        "12",
        "2024-13-45",
        "9" * 30,
        "x" * 10_000,
        "0000-00-00",
        None,
        7,
    ],
)
def test_what_names_no_day_of_a_year_is_no_date(written: object) -> None:
    assert latest_date([written]) is None


@pytest.mark.parametrize(
    "values",
    [
        "date: 2020-01-01\nupdated: 3 May 2024",
        "lastmod: May 3, 2024\npublished: 2020",
        "last_modified: 2024/05/03",
        "Last Modified: 2024-05-03\ndate: 1999",
        "last-modified-at: '2024-05-03T00:00:00Z'\ncreated: 2025-01-01",
        "modified: 2024-05-03\nupdated: some day",
        "date: 2024-05-03 00:00:00\nlastmod:",
    ],
)
def test_the_latest_date_of_the_front_matter_counts(values: str) -> None:
    assert split_front_matter(f"---\ntitle: Bees\n{values}\n---\nBody.")[0].updated == seconds(2024, 5, 3)
    toml = "+++\ntitle = 'Bees'\ndate = 2020-02-03\nupdated = 2024-05-03T02:00:00+02:00\n+++\nBody."
    assert split_front_matter(toml)[0].updated == seconds(2024, 5, 3)
