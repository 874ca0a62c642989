"""Numbers with their units, and dates and times, as a text states them: in one form, whatever the wording.

"£3.2m" and "3.2 million pounds" are the same, "seventy-two" and "72" are, too; "1 km" and "1,000 m" are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from index.segmentation.folding import fold_characters, fold_text
from index.segmentation.numbers import number_forms

_UNITS = {
    "%": "% percent pct",
    "dollar": "$ us$ dollar dollars usd",
    "pound": "£ pound pounds gbp lb lbs",
    "euro": "€ euro euros eur",
    "yen": "¥ yen jpy",
    "km": "km kms kilometre kilometres kilometer kilometers",
    "m": "m metre metres meter meters",
    "cm": "cm centimetre centimetres centimeter centimeters",
    "mm": "mm millimetre millimetres millimeter millimeters",
    "mile": "mi mile miles",
    "foot": "ft foot feet",
    "inch": "inch inches",
    "yard": "yd yds yard yards",
    "acre": "acre acres",
    "hectare": "ha hectare hectares",
    "kg": "kg kilo kilos kilogram kilograms kilogramme kilogrammes",
    "g": "g gram grams gramme grammes",
    "mg": "mg milligram milligrams",
    "tonne": "t ton tons tonne tonnes",
    "ounce": "oz ounce ounces",
    "litre": "l litre litres liter liters",
    "ml": "ml millilitre millilitres milliliter milliliters",
    "gallon": "gallon gallons",
    "second": "s sec secs second seconds",
    "ms": "ms millisecond milliseconds",
    "minute": "min mins minute minutes",
    "hour": "h hr hrs hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years yr yrs",
    "decade": "decade decades",
    "century": "century centuries",
    "degree": "° deg degree degrees",
    "celsius": "°c celsius centigrade",
    "fahrenheit": "°f fahrenheit",
    "kb": "kb kilobyte kilobytes kib",
    "mb": "mb megabyte megabytes mib",
    "gb": "gb gigabyte gigabytes gib",
    "tb": "tb terabyte terabytes tib",
    "volt": "v volt volts",
    "watt": "w watt watts",
    "kw": "kw kilowatt kilowatts",
    "kwh": "kwh",
    "mph": "mph",
    "km/h": "km/h kmh kph",
    "hz": "hz hertz",
    "bar": "bar bars",
    "calorie": "calorie calories kcal cal",
}
_UNIT_OF = {alias: unit for unit, aliases in _UNITS.items() for alias in aliases.split()}
_SCALES = {
    "k": 1_000,
    "thousand": 1_000,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
    "trillion": 10**12,
}
_IN_WORDS = {
    word: value
    for words, value in (
        ("half halves halve halved halving", "half"),
        ("twice double doubles doubled doubling", "2"),
        ("thrice triple triples tripled tripling", "3"),
        ("dozen", "12"),
        ("dozens", "dozens"),
        ("hundreds", "hundreds"),
        ("thousands", "thousands"),
        ("millions", "millions"),
    )
    for word in words.split()
}
"""Words that say how many without a number, and the number or the word that stands for all alike."""
_ALIASES = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<minus>(?<![^\s(])-|\bminus\s)?(?:(?P<currency>us\$|[£$€¥])\s?)?(?<![\w.,])(?P<digits>\d+(?:[.,:/]\d+)*)"
    r"(?:(?P<ordinal>st|nd|rd|th)(?!\w)"
    r"|(?:(?P<attached>k|mn|bn)|[\s-]?(?P<scale>thousand|million|billion|trillion)|(?P<money>m))(?!\w))?"
    rf"(?:[\s-]?(?P<power>square |cubic |sq\.? |cu\.? )?(?P<unit>{_ALIASES})(?P<raised>[²³])?(?!\w)"
    r"(?:[\s-](?:of )?(?P<degrees>c|f|celsius|fahrenheit|centigrade)(?!\w))?)?",
    re.IGNORECASE,
)
_BELOW_ZERO = re.compile(r"\s+below (?:0(?![\w.,]\w)|freezing\b)", re.IGNORECASE)
_DEGREES = ("degree", "celsius", "fahrenheit")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d-\d\d|\d\d:\d\d")
_FULL_DATE = len("1974-05-03")
_MONTHS = "january february march april may june july august september october november december".split()
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in one form and its unit, "" if it has none: `("3200000", "pound")`."""

    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Quantities:
    """What a text states in numbers.

    Each of the `dates` and times is the set of forms that it may have: `{"1974-05-03", "05-03"}`. `units` are
    those that it names anywhere, `month_words` the months of its dates in words.
    """

    numbers: frozenset[Quantity]
    dates: frozenset[frozenset[str]]
    units: frozenset[str]
    month_words: frozenset[str]

    def unstated_number(self, others: "Quantities") -> Quantity | None:
        """Return a number of this text that the `others` do not state, None if there is none."""
        stated: dict[str, set[str]] = {}
        for number in others.numbers:
            stated.setdefault(number.value, set()).add(number.unit)
        for number in self.numbers:
            units = stated.get(number.value)
            if units is None or not (
                not number.unit
                or number.unit in units
                or ("" in units and number.unit in others.units)
                or any(_is_same_degree(number.unit, unit) for unit in units)
            ):
                return number
        return None

    def unstated_date(self, others: "Quantities") -> frozenset[str] | None:
        """Return a date or time of this text that the `others` do not state, None if there is none."""
        years = {number.value for number in others.numbers if not number.unit}
        for date in self.dates:
            if not any(_is_same_date(date, other, years) for other in others.dates):
                return date
        return None


def quantities(*texts: str) -> Quantities:
    """Return the numbers, units, dates and times of some texts together."""
    numbers: set[Quantity] = set()
    dates: set[frozenset[str]] = set()
    units: set[str] = set()
    months: set[str] = set()
    for text in texts:
        rest, found = without_dates(text)
        dates.update(found)
        folded = fold_text(rest).text
        numbers.update(_numbers(folded))
        words = [word.lower() for word in _WORD.findall(folded)]
        numbers.update(Quantity(_IN_WORDS[word]) for word in words if word in _IN_WORDS)
        numbers.update(Quantity("1") for word in words if word == "one")
        numbers.update(Quantity("2nd") for word in words if word == "second")
        units.update(_UNIT_OF[word] for word in words if word in _UNIT_OF)
        units.update(_UNIT_OF[sign] for sign in "%$£€¥°" if sign in folded)
    for date in dates:
        for form in date:
            if len(form) == _FULL_DATE:
                numbers.add(Quantity(form[:4]))
            if ":" not in form:
                name = _MONTHS[int(form[-5:-3]) - 1]
                months.update((name, name[:3]))
    return Quantities(frozenset(numbers), frozenset(dates), frozenset(units), frozenset(months))


def without_dates(text: str) -> tuple[str, list[frozenset[str]]]:
    """Return a text with folded characters and spaces in place of its dates and times, and these."""
    folded = fold_characters(text).text
    kept, end = [], 0
    dates = []
    for form in number_forms(folded):
        terms = frozenset(term for term in form.terms if _DATE.fullmatch(term))
        if not terms:
            continue
        dates += [frozenset((term,)) for term in terms] if ":" in next(iter(terms)) else [terms]
        kept += [folded[end : form.start], " "]
        end = form.end
    return "".join((*kept, folded[end:])), dates


def stated_alone(statement: Quantities) -> Quantities:
    """Return what a statement has to prove: "one" is mostly no number, nor "second" one of order."""
    spared = {Quantity("1"), Quantity("2nd"), Quantity("1st")}
    return Quantities(statement.numbers - spared, statement.dates, statement.units, statement.month_words)


def _numbers(folded: str) -> Iterator[Quantity]:
    below_zero = 0  # end of "5 degrees below zero"
    for match in _NUMBER.finditer(folded):
        if match.start() < below_zero:
            continue
        digits = match["digits"]
        if match["ordinal"]:
            yield Quantity(f"{digits}{match['ordinal'].lower()}")
            continue
        unit = match["unit"] or ""
        scale = match["attached"] or match["scale"] or ""
        if match["money"]:  # "£3m" is money, "3m" a length
            scale, unit = ("m", unit) if match["currency"] else (scale, unit or "m")
        if match["power"] or match["raised"]:
            cubic = (match["power"] or "").lower().startswith("cu") or match["raised"] == "³"
            unit = f"{'cubic' if cubic else 'square'} {_UNIT_OF[unit.lower()]}"
        elif match["degrees"]:
            unit = "celsius" if match["degrees"].lower().startswith("c") else "fahrenheit"
        elif unit:
            unit = _UNIT_OF[unit.lower()]
        if match["currency"]:
            unit = _UNIT_OF[match["currency"].lower()]
        value = _value(digits, _SCALES[scale.lower()] if scale else 1)
        if unit in _DEGREES:  # of other things, a minus may also be said by a verb: "it lost 300"
            below = _BELOW_ZERO.match(folded, match.end())
            below_zero = below.end() if below else 0
            value = f"-{value}" if below or match["minus"] else value
        yield Quantity(value, unit)


def _value(digits: str, scale: int) -> str:
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d+,\d{1,2}", digits):  # a decimal comma
        digits = digits.replace(",", ".")
    if not re.fullmatch(r"\d{1,30}(?:\.\d{1,30})?", digits):
        return digits  # "1.8.2", "3/4"
    value = (Decimal(digits) * scale).normalize()
    return f"{value:f}"


def _is_same_degree(unit: str, other: str) -> bool:
    return "degree" in (unit, other) and {unit, other} <= {*_DEGREES}


def _is_same_date(date: frozenset[str], other: frozenset[str], years: set[str]) -> bool:
    """Tell whether a date says no more than another one, whose year may be one of `years`."""
    full, other_full = ({form for form in forms if len(form) == _FULL_DATE} for forms in (date, other))
    if not full:
        return bool(date & other)
    if full & other_full:
        return True
    return not other_full and any(form[5:] in other and form[:4] in years for form in full)
