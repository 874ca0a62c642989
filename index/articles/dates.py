"""Dates as articles give them: when an article was last changed."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_LONGEST = 100  # code points of a date with words around it
_DAY_FIRST = re.compile(r"\s*\d{1,2}\.")  # "3.5.2024", the third of May, as "5/3/2024" is


def latest_date(values: Iterable[object]) -> int | None:
    """Return the latest of the dates among `values`, in seconds since 1970; None if there is none.

    A date without a time zone is taken for one in UTC, and one without a month or day for the first it may
    be.
    """
    seconds = (_seconds(value) for value in values if isinstance(value, str) and len(value) <= _LONGEST)
    return max((second for second in seconds if second is not None), default=None)


def _seconds(text: str) -> int | None:
    from dateutil import parser  # for articles only, not for questions

    dates = []
    for year in (2000, 2004):  # what takes its year from here has none of its own: "1:30", "Friday"
        try:
            date = parser.parse(
                text,
                default=datetime(year, 1, 1, tzinfo=UTC),
                dayfirst=_DAY_FIRST.match(text) is not None,
                tzinfos=lambda _, offset: offset or 0,
            )
            dates.append(date.timestamp())
        except (ValueError, OverflowError, TypeError):
            return None
    return int(dates[0]) if dates[0] == dates[1] else None
