"""Marked answers widened to what people read as one: addresses, versions, amounts, closed brackets."""

import re

from index.records import Span
from index.segmentation.numbers import DIGITS

# "https://a.b/c?d", "billing@emberfall.com", "~/.wx/key", "play.emberfall.net", "2.4.0", "1,260 °C", "12,50".
_WHOLE = re.compile(
    r"(?:https?://|www\.)\S*[^\s.,;:!?)\]}>'\"”’]"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:~|\.{1,2})?/(?:[\w.@-]+/)*[\w.-]*\w"
    r"|[\w-]+(?:/[\w-]+)*/[\w-]+\.\w+"
    r"|\w+(?:[.\-_’']\w+)+"
    r"|(?<![\w,.])\d+,\d\d(?![\w,])"
    r"|[$€£¥]\s?\d+(?:[.,]\d+)*+(?:\s?(?:million|billion|bn|m|k)\b)?"
    r"|(?<![\d,.])\d+(?:[.,]\d+)*+(?:\s?(?:%|‰|°\s?[CF]?|€|£|km/h\b|mph\b|[kMGT]i?B(?:/s)?\b|[kMG]?Hz\b|[kM]?Wh?\b"
    r"|[kcm]?m[²³]?(?:/s)?\b|k?g\b|mg\b|m?l\b|bar\b|px\b|[ap]m\b|[ap]\.m\b\.?))"
)
_RANGE = re.compile(r"\d+-\d+|\w+[’']s")  # "1914-1918", "Ada's": their parts are answers of their own
# "At least" before "3 days", "up to" before "$40", "more than" before "two"
_BOUND = re.compile(
    r"(?<!\w)(?:at (?:least|most)|up to|about|almost|nearly|approximately|"
    r"(?:no )?(?:more|less|fewer) than|over|under|[<>≤≥~])\s?$",
    re.IGNORECASE,
)
_CARDINALS = "|".join(word for word, digits in DIGITS.items() if digits.isdigit())
_LONGEST_BOUND = len("approximately  ")
_AMOUNT = re.compile(rf"[$€£¥]?\s?\d|(?:{_CARDINALS}|one)\b", re.IGNORECASE)
_CLOSING = {"(": ")", "[": "]"}
_LONGEST_REST = 40
"""Most characters between a mark and the bracket that closes one in it."""


def widen(text: str, start: int, end: int) -> Span:
    """Return the span with the whole words that it begins or ends inside of, in linear time.

    The words that bound an amount belong to it ("at least 3 days"), and to a bracket the one that closes it.
    `start` and `end` are offsets in `text`, and so are those returned.
    """
    for word in _WHOLE.finditer(text):
        if word.start() >= end:
            break
        cuts = word.start() < start < word.end() or word.start() < end < word.end()
        if cuts and not _RANGE.fullmatch(word[0]):
            start, end = min(start, word.start()), max(end, word.end())
    if _AMOUNT.match(text, start, end):
        before = max(0, start - _LONGEST_BOUND)
        start -= len(bound[0]) if (bound := _BOUND.search(text[before:start])) else 0
    return start, _closed(text, start, end)


def _closed(text: str, start: int, end: int) -> int:
    """Return the end of a span, behind the brackets that are open there if they close soon."""
    for opening, closing in _CLOSING.items():
        if text.count(opening, start, end) > text.count(closing, start, end):
            place = text.find(closing, end, end + _LONGEST_REST)
            if place >= 0 and opening not in text[end:place]:
                end = place + 1
    return end
