"""Marked answers widened to whole words as people see them: addresses, versions, numbers with their units."""

import re

from index.records import Span

# "https://a.b/c?d", "billing@emberfall.com", "~/.wx/key", "play.emberfall.net", "2.4.0", "1,260 °C".
_WHOLE = re.compile(
    r"(?:https?://|www\.)\S*[^\s.,;:!?)\]}>'\"”’]"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:~|\.{1,2})?/(?:[\w.@-]+/)*[\w.-]*\w"
    r"|[\w-]+(?:/[\w-]+)*/[\w-]+\.\w+"
    r"|\w+(?:[.\-_’']\w+)+"
    r"|[$€£¥]\s?\d+(?:[.,]\d+)*+(?:\s?(?:million|billion|bn|m|k)\b)?"
    r"|(?<![\d,.])\d+(?:[.,]\d+)*+(?:\s?(?:%|‰|°\s?[CF]?|€|£|km/h\b|mph\b|[kMGT]i?B(?:/s)?\b|[kMG]?Hz\b|[kM]?Wh?\b"
    r"|[kcm]?m[²³]?(?:/s)?\b|k?g\b|mg\b|m?l\b|bar\b|px\b|[ap]\.?m\b\.?))"
)
_RANGE = re.compile(r"\d+-\d+|\w+[’']s")  # "1914-1918", "Ada's": their parts are answers of their own


def widen(text: str, start: int, end: int) -> Span:
    """Return the span with the whole words that it begins or ends inside of, in linear time.

    `start` and `end` are offsets in `text`, and so are those returned.
    """
    for word in _WHOLE.finditer(text):
        if word.start() >= end:
            break
        cuts = word.start() < start < word.end() or word.start() < end < word.end()
        if cuts and not _RANGE.fullmatch(word[0]):
            start, end = min(start, word.start()), max(end, word.end())
    return start, end
