"""Quality of a text that a program took from a document: words that are cut by spaces, or not separated."""

import re
from itertools import pairwise

_SAMPLE = 200_000  # code points that are looked at
_FEWEST_WORDS = 8
_LONG = 14  # letters of a word that may be several
_FEWEST_LONG_WORDS = 0.15  # share of all words
_MOST_IN_LONG_WORDS = 0.4  # share of all letters: about 0.25 in German laws, with their long words
_MOST_SINGLE_LETTERS = 0.3  # share of all words
_MOST_ODD = 0.08  # share of an English text's words that are no English words of one or two letters
_LETTERS = re.compile(r"[^\W\d_]+")
_MARKS = ".,;:!?()[]\"'“”‘’*-–—…"
_COMMON = frozenset("the of and to in is that for was with".split())
_SHORT = frozenset(
    "a i o ad ah al am an as at be by co de do dr ed eg el en er et ex fr go he hi id ie if in is it jr la "
    "le ma me mr ms my na no nr of oh ok on or ox pa pm pp re sr so st th to tv um up us vs we ye".split()
)


def find_poor_text(text: str) -> str:
    """Return what is wrong with the words of a text, "" if nothing is."""
    tokens = [token.strip(_MARKS) for token in text[:_SAMPLE].split()]
    # Other scripts than Latin, Greek and Cyrillic may do without spaces; addresses and code are no words.
    words = [
        part
        for token in tokens
        if not re.search(r"[/\\@_.=:]", token)
        for part in _LETTERS.findall(token)
        if part[0] < "\u0590"
    ]
    if len(words) < _FEWEST_WORDS:
        return ""
    long = [word for word in words if len(word) >= _LONG]
    several = len(long) > max(1, _FEWEST_LONG_WORDS * len(words))
    if several and sum(map(len, long)) > _MOST_IN_LONG_WORDS * sum(map(len, words)):
        return "its words are not separated by spaces"
    single = sum(len(token) == 1 and token.isalpha() and token not in ("a", "I") for token in tokens)
    odd = sum(_is_odd(token) and not before[-1:].isdigit() for before, token in pairwise(["", *tokens]))
    english = sum(word.lower() in _COMMON for word in words) > len(words) / 20
    if single > _MOST_SINGLE_LETTERS * len(words) or (english and odd > max(_MOST_ODD * len(words), 4)):
        return "its words are cut by spaces"
    return ""


def _is_odd(token: str) -> bool:
    """Tell whether a token has one or two letters and is no English word; "UK" may be one."""
    return len(token) <= 2 and token.isalpha() and not token.isupper() and token.lower() not in _SHORT
