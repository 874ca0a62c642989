"""Numbers before headings and items, "7.2 ", "(b) ", "Step 3: ": they order a text and answer nothing."""

import re

_ENUMERATOR = re.compile(
    r"(?:step|section|chapter|article|part|rule|§)\s*(?P<named>\d+(?:\.\d+)*)(?:[.):]|\s[-–—])*\s+(?=\S)"
    r"|\(?(?P<marked>\d+(?:\.\d+)*|[a-z]|x{0,3}(?:ix|iv|v?i{1,3}|v|x))[.)]+\s+(?=\S)"
    r"|(?P<dotted>\d+(?:\.\d+)+)\s+(?=\S)",
    re.IGNORECASE,
)
_NUMBERED = "(?:article|build|chapter|clause|item|paragraph|part|point|release|rule|section|step|version)"
_ASKS_FOR_ONE = re.compile(
    rf"\b(?:which|what)\s+(?:\w+\s+)?{_NUMBERED}s?\b|\b{_NUMBERED}\s+number", re.IGNORECASE
)


def enumerator_length(text: str) -> int:
    """Return the length of the number that `text` begins with, 0 if there is none."""
    number = _ENUMERATOR.match(text)
    return number.end() if number else 0


def unasked_length(heading: str, question: str) -> int:
    """Return the length of the number before a heading, 0 if the question asks for it or for any.

    A version or a year is no such number unless words follow: "1.8.2 - 3 May", "2.4 (beta)", "2024 season".
    """
    number = _ENUMERATOR.match(heading)
    if number is None or not heading[number.end()].isalpha() or _ASKS_FOR_ONE.search(question):
        return 0
    said = next(filter(None, number.groups()))
    before = r"(?<![\w.])" if said[0].isdigit() else rf"\b{_NUMBERED}\s+\(?"  # "a" and "I" are words
    is_named = re.search(rf"{before}{re.escape(said)}(?!\.?\w)", question, re.IGNORECASE)
    return 0 if is_named else number.end()
