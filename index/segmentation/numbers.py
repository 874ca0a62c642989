"""Numbers, times and dates in one form: "seventy-two" and "72", "2 p.m." and "14:00"."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ONES_ORDINAL = "first second third fourth fifth sixth seventh eighth ninth".split()
_TEENS_ORDINAL = ["tenth", "eleventh", "twelfth", *(f"{word}th" for word in _TEENS[3:])]
_TENS_ORDINAL = [f"{word[:-1]}ieth" for word in _TENS]
_MONTHS = "january february march april may june july august september october november december".split()
_CURRENCIES = {"£": "pound", "$": "dollar", "€": "euro"}
_SCALES = {"m": "million", "mn": "million", "bn": "billion", "k": "thousand"}

_VALUES = {
    "zero": 0,
    **{word: value for value, word in enumerate([*_ONES, *_TEENS], start=1)},
    **dict(zip(_TENS, range(20, 100, 10), strict=True)),
    "hundred": 100,
    "thousand": 1000,
}
_ORDINALS = {
    **{word: value for value, word in enumerate([*_ONES_ORDINAL, *_TEENS_ORDINAL], start=1)},
    **dict(zip(_TENS_ORDINAL, range(20, 100, 10), strict=True)),
}


def _ordinal(value: int) -> str:
    """Return 2 as "2nd"."""
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


DIGITS = {
    **{word: str(value) for word, value in _VALUES.items() if word != "one"},
    **{word: _ordinal(value) for word, value in _ORDINALS.items()},
}
"""Numbers of one word, in digits. Without "one", which is mostly no number."""


def _any(*words: str) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


# Patterns without groups, for whatever case: "seventy-two"; "twenty-first"; "January", "Jan."
SMALL_NUMBER = rf"(?:(?:{_any(*_TENS)})(?:[-\s](?:{_any(*_ONES)}))?|{_any('zero', *_ONES, *_TEENS)})"
# "three hundred and fifty", "hundred", "seventy-two"
_HUNDREDS = rf"(?:(?:{SMALL_NUMBER}\s)?hundred(?:\s(?:and\s)?{SMALL_NUMBER})?|{SMALL_NUMBER})"
# "fifty-two thousand, four hundred", "60 thousand"
_CARDINAL = rf"(?:(?:(?:{_HUNDREDS}|\d{{1,3}})\s)?thousand(?:,?\s(?:and\s)?{_HUNDREDS})?|{_HUNDREDS})"
ORDINAL_WORD = rf"(?:(?:{_any(*_TENS)})[-\s](?:{_any(*_ONES_ORDINAL)})|{_any(*_ORDINALS)})"
MONTH = rf"(?:{_any(*_MONTHS, *(month[:3] for month in _MONTHS), 'sept')})\.?"
DAY_AND_MONTH = rf"\d{{1,2}}\.\s+{MONTH}(?=\s*(?:$|[^\w\s]|\d))"
"""The beginning of a date, "24. December: closed", "3. May 2024", unlike "3. May I bring a dog?"."""
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL_WORD})(?![\w:]|[.,]\d)"
_YEAR = r"[12]\d{3}(?!\d)"
_MERIDIEM = r"(?:[ap]\.m\.|[ap]\.?m\b)"
_HOUR = rf"(?:\d{{1,2}}|{_any(*_ONES, 'ten', 'eleven', 'twelve')})"

_FORM = re.compile(
    # "3 May 1974", "third of May, 1974"; "May 3rd, 1974", "May the third"
    rf"(?<![\w.])(?:(?P<day>{_DAY})(?:\sof)?\s(?P<month>{MONTH})(?!\w)(?:,?\s(?P<year>{_YEAR}))?"
    rf"|(?P<month_us>{MONTH})\s(?:the\s)?(?P<day_us>{_DAY})(?:,?\s(?P<year_us>{_YEAR}))?"
    # "1974-05-03"; "03/05/1974", "3.5.1974"; "28/02"
    r"|(?P<iso>\d{4}-\d\d-\d\d)(?![\w-])"
    r"|(?P<numeric>\d{1,2}(?P<separator>[./])\d{1,2}(?P=separator)\d{4})(?![\w/]|\.\d)|(?P<short>\d\d/\d\d)(?![\w/])"
    # "2-5 pm", "2:30 p.m.", "two pm"; "14:00", "14h30"
    rf"|(?:(?P<from_hour>{_HOUR})(?:[:.](?P<from_minute>\d\d))?\s?(?:[-\u2013]|to|and|till|until)\s?)?"
    rf"(?P<hour>{_HOUR})(?:[:.](?P<minute>\d\d))?\s?(?P<meridiem>{_MERIDIEM})"
    r"|(?P<clock>\d{1,2}[:h][0-5]\d)(?![\w:])"
    # "seventy-two", "twenty-first"; "1,000"
    rf"|(?P<ordinal>{ORDINAL_WORD})(?!\w)|(?P<cardinal>{_CARDINAL})(?!\w)"
    r"|(?P<grouped>\d{1,3}(?:,\d{3})+)(?![\d,])"
    # "1000", "21st"
    r"|(?<![/:,])(?P<plain>\d{1,20}(?:st|nd|rd|th)?)(?![\w/]|[.,:]\d)"
    r")"
    # "40 %", "40 per cent"; "£3.2m", "$5"
    r"|(?P<percent>%|per\s?cent\b)"
    r"|(?P<currency>[£$€])\s?(?P<amount>\d[\d,]*(?:\.\d+)?)(?P<scale>mn?|bn|k)?(?!\w)",
    re.IGNORECASE,
)


# Letters that an expression takes for "i", "s" and "k" when it ignores case.
_ALIKE = str.maketrans("\u0131\u0130\u017f\u212a", "iisk")
_WORD = re.compile(r"[^\W\d_]+|(?P<begins>\d+|[%£$€])")
_BEGINNINGS = frozenset(
    (*_VALUES, *_ORDINALS, *_MONTHS, *(month[:3] for month in _MONTHS), "sept", "per", "percent")
)
"""Words that the forms below begin with: the long expression is tried at no other."""


class NumberForm(NamedTuple):
    """What `text[start:end]` says in one form: as it is shown, or None, and as search terms.

    The terms are those that neither the words nor `DIGITS` give.
    """

    start: int
    end: int
    shown: str | None
    terms: tuple[str, ...]


def number_forms(text: str) -> Iterator[NumberForm]:
    """Yield the numbers, times and dates of a text whose characters are folded; they ascend."""
    text = text.translate(_ALIKE)  # the length stays
    end = 0
    for word in _WORD.finditer(text):
        start = word.start()
        if start < end or not (word["begins"] or word[0].lower() in _BEGINNINGS):
            continue
        match = _FORM.match(text, start)
        if match and (form := _form(match)) is not None:
            end = match.end()
            yield NumberForm(start, end, *form)


def _form(match: re.Match[str]) -> tuple[str | None, tuple[str, ...]] | None:
    if month := match["month"] or match["month_us"]:
        day = _day(match["day"] or match["day_us"])
        return _date(match["year"] or match["year_us"], _month(month), day)
    if match["iso"]:
        year, month, day_of_month = match["iso"].split("-")
        return _date(year, int(month), int(day_of_month))
    if numeric := match["numeric"] or match["short"]:
        return _numeric_date(numeric)
    if match["meridiem"]:
        return _times(match)
    if match["clock"]:
        hour, minute = re.split("[:hH]", match["clock"])
        return _time(int(hour), minute)
    if match["ordinal"]:
        words = match["ordinal"].lower()
        number = _ordinal(sum(_ORDINALS.get(word, 0) or _VALUES[word] for word in re.split(r"[-\s]", words)))
        return (None if words == "second" else number), () if words in DIGITS else (number,)
    if match["cardinal"]:
        words = match["cardinal"].lower()
        number = str(_cardinal(words))
        return (None if words == "one" else number), () if words in DIGITS or words == "one" else (number,)
    if match["grouped"]:
        return match["grouped"].replace(",", ""), ()
    if match["plain"]:
        return match["plain"].lower(), ()
    if match["percent"]:
        return "%", ("percent",)
    currency = _CURRENCIES[match["currency"]]
    if scale := _SCALES.get((match["scale"] or "").lower()):
        return None, (match["amount"].replace(",", ""), scale, currency)
    return None, (currency,)


def _day(day: str) -> int:
    words = day.lower()
    if words[0].isdigit():
        return int(re.sub(r"\D", "", words))
    return sum(_ORDINALS.get(word, 0) or _VALUES[word] for word in re.split(r"[-\s]", words))


def _month(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower()[:3]))


def _date(year: str | None, month: int, day: int) -> tuple[str, tuple[str, ...]] | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    name = _MONTHS[month - 1].capitalize()
    short = f"{month:02}-{day:02}"
    return (f"{day} {name} {year}", (f"{year}-{short}", short)) if year else (f"{day} {name}", (short,))


def _numeric_date(date: str) -> tuple[str | None, tuple[str, ...]] | None:
    """Read a date in digits: the day comes first before dots; with slashes both orders may be meant."""
    first, second, *year = map(int, re.split("[./]", date))
    if not year and max(first, second) <= 12:
        return None  # a fraction
    orders = {(second, first)} if "." in date else {(second, first), (first, second)}
    dates = [form for order in sorted(orders) if (form := _date(str(year[0]) if year else None, *order))]
    if not dates:
        return None
    shown = dates[0][0] if len(dates) == 1 else None
    return shown, tuple(term for _, terms in dates for term in terms)


def _times(match: re.Match[str]) -> tuple[str, tuple[str, ...]] | None:
    """Read "2:30 p.m." and "2-5 pm"; the first time of a range may be before noon, the second after."""
    afternoon = match["meridiem"].lower().startswith("p")
    hour = _hour(match["hour"], afternoon)
    time = _time(hour, match["minute"] or "00") if hour is not None else None
    if time is None or hour is None or not match["from_hour"]:
        return time
    from_hour = _hour(match["from_hour"], afternoon)
    if from_hour is not None and from_hour > hour:
        from_hour = _hour(match["from_hour"], not afternoon)
    from_time = _time(from_hour, match["from_minute"] or "00") if from_hour is not None else None
    if from_time is None:
        return None
    return f"{from_time[0]} to {time[0]}", (*from_time[1], *time[1])


def _hour(hour: str, afternoon: bool) -> int | None:
    value = int(hour) if hour.isdigit() else _VALUES[hour.lower()]
    return value % 12 + 12 * afternoon if 1 <= value <= 12 else None


def _time(hour: int, minute: str) -> tuple[str, tuple[str, ...]] | None:
    if hour > 23 or minute > "59":
        return None
    shown = f"{hour:02}:{minute}"
    return shown, (shown,)


def _cardinal(words: str) -> int:
    total = part = 0
    for word in re.findall(r"\w+", words):
        if word == "thousand":
            total, part = (part or 1) * 1000, 0
        elif word == "hundred":
            part = (part or 1) * 100
        elif word.isdigit():
            part = int(word)
        elif word in _VALUES:
            part += _VALUES[word]
    return total + part
