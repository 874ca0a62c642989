"""Numbers before headings and items, "7.2 ", "(b) ", "Step 3: ": they order a text and are no answer."""

import re

from index.segmentation.numbers import DAY_AND_MONTH, MONTH, ORDINAL_WORD, SMALL_NUMBER

_ENUMERATOR = re.compile(
    r"(?:step|section|chapter|article|part|rule|§)\s*\d+(?:\.\d+)*[.):]*\s+(?=\S)"
    rf"|(?!{DAY_AND_MONTH})"
    r"\(?(?:\d+(?:\.\d+)*|[a-z]|x{0,3}(?:ix|iv|v?i{1,3}|v|x))[.)]+\s+(?=\S)"
    r"|\d+(?:\.\d+)+\s+(?=\S)",
    re.IGNORECASE,
)
_NOUN = (
    "(?:annex|appendix|article|by-?law|chapter|clause|heading|item|lesson|page|paragraph|part|point|regulation"
    "|release|rule|(?:sub-?)?section|step|unit|version)"
)
_UNIT = (
    "(?:[kMGT]?(?:Hz|bit|B|W|Wh|V)|[mck]?m|kg|percent|(?:m|b|tr)illion|magnitude|inch(?:es)?|stars?|cups?)"
)
_ROMAN = "(?:x{0,3}(?:ix|iv|v?i{1,3}|v)|x{1,3})"
# Surely the number of a section, unlike that of "24. December", "3.5.24 Feast", "8.30 Breakfast", "E. coli",
# "J. R. Adams", "2.4 GHz Wi-Fi", "1914. War begins", "Chapter 11 bankruptcy" or "Version 2.4: Dark mode"
_SECTION_NUMBER = re.compile(
    rf"(?:(?!unit|release|version)(?:{_NOUN}\s+)?"
    rf"(?P<dotted>(?!\d\d?\.\d\d?\.\d\d\b)\d\d?(?:\.\d\d?){{2,3}}|\d\d?\.\d)(?:[.):]|\s[-–—])?"
    rf"|(?P<single>\d\d?|(?-i:[IVX]{{2,5}}))[.)]"
    rf"|\((?P<enclosed>\d\d?|[a-z]|{_ROMAN})\)"
    rf"|(?P<closed>[a-z]|{_ROMAN})\)"
    rf"|§\s*(?P<sign>\d+(?:\.\d+)*)[.):]?"
    rf"|(?!unit|release|version){_NOUN}\s+(?P<named>\d+(?:\.\d+)*|[a-z]|{_ROMAN})(?:[.):]|\s[-–—]))\s+"
    rf"(?=[\"“‘'(]?(?-i:[A-Z])(?!\.))(?!(?:{MONTH}|{_UNIT})\b)",
    re.IGNORECASE,
)
_PLACE = rf"(?:\d+(?:st|nd|rd|th)|{ORDINAL_WORD}|last|latest|newest|current|previous|next)"
_ASKS_FOR_ONE = re.compile(
    rf"\b(?:which\b.{{0,20}}\b|what\s+(?:{_PLACE}\s+)?|number\b.{{0,10}}\b){_NOUN}s?\b|\b{_PLACE}\s+{_NOUN}|§"
    rf"|\b{_NOUN}(?:\s+number|s?\s*\d|s?\s+{SMALL_NUMBER}\b|(?:s\s+(?![ai]\b)|\s+)\(?(?:[a-z]|{_ROMAN})\b)",
    re.IGNORECASE,
)


def enumerator_length(text: str) -> int:
    """Return the length of the number that `text` begins with, 0 if there is none."""
    number = _ENUMERATOR.match(text)
    return number.end() if number else 0


def unasked_length(heading: str, question: str) -> int:
    """Return the length of the number before a heading, 0 if the question asks for it or for any.

    Only what is surely a number of sections counts. A heading without words after it is left alone: "1.8.2",
    "2.4 (beta)".
    """
    number = _SECTION_NUMBER.match(heading)
    if number is None or _ASKS_FOR_ONE.search(question):
        return 0
    said = next(filter(None, number.groups()))
    is_clear = said[0].isdigit() or (said.isupper() and len(said) > 1)  # "a", "I" and "v" are words
    form = re.escape(said) if is_clear else rf"\b{re.escape(said)}\)"
    return 0 if re.search(rf"(?<![\d.]){form}(?!\.?\d|[A-Za-z])", question) else number.end()
