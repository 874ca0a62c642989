"""Search terms of a text: English stems, and pairs of characters of scripts without spaces."""

import re
import unicodedata
from collections.abc import Sequence

import Stemmer  # type: ignore[import-not-found]

from index.segmentation.characters import UNSPACED
from index.segmentation.folding import LINE_END_HYPHEN, fold_characters
from index.segmentation.numbers import DIGITS, number_forms

SEARCH_TERM_RULES = 2
"""Version of the rules of `terms`: raise it when they change."""
LONGEST_TERM = 64  # code points; longer ones are cut, so that a line of a megabyte is no term of a megabyte

# Indic vowel signs are no `\w`, and yet stand inside words.
_INDIC = "\u0900-\u0963\u0966-\u0dff"
_WORD = rf"(?:[^\W_{UNSPACED}]|[{_INDIC}])"
_LETTER = rf"[^\W\d_{UNSPACED}]"
# Accents, soft hyphens, characters without width.
_DROPPED = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]")
# A run of a script without spaces, initials ("u.s", "j.k"), or a word ("o'neil", "1.5", "90,000").
_TOKEN = re.compile(
    rf"(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<initials>{_LETTER}(?:\.{_LETTER})+(?!{_WORD}))"
    rf"|{_WORD}+(?:'{_WORD}+|(?<=\d)(?:\.(?=\d)|,(?=\d{{3}}(?!\d))){_WORD}+)*"
)
# "well-" at the end of a line and "known" after it, for either may be searched
_HYPHENATED = re.compile(rf"(\w{{1,{LONGEST_TERM}}}){LINE_END_HYPHEN}(\w{{1,{LONGEST_TERM}}})")
_QUOTES = str.maketrans("\u2018\u2019\u02bc", "'''")

# Function words and question words. Not "us" and "may": they name a country and a month as well.
_STOP_WORDS = """
a about above after again against all also although am an and any are aren't as at be because been before
being below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't
down during each either else ever every few for from further had hadn't has hasn't have haven't having he
her here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it its itself
just me might more most must mustn't my myself neither no nor not of off on once only or other our ours
ourselves out over own per rather same shall shan't she should shouldn't since so some such than that the
their theirs them themselves then there these they they'd they'll they're they've this those though
through to too toward towards under until up upon very via was wasn't we we'd we'll we're we've were
weren't what when where whether which while who whom whose why will with within without won't would
wouldn't yet you you'd you'll you're you've your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def terms(text: str) -> list[str]:
    """Split `text` into search terms, in order, with repeats: English stems, no function and question words.

    Case, accents and compatibility forms are folded, thousands separators and the dots of initials dropped
    ("90,000" is `90000`; "U.S.", "US" and "US-led" share `us`), hyphenated words split. Runs of a script
    without spaces become pairs of neighbouring characters.

    Numbers of one word are digits ("seventy" is `70`). After all others stand the terms of longer numbers, of
    times and of dates, the same however they are written: "seventy-two" has `72`, "2 pm" `14:00`, and "May
    3rd, 1974" `1974-05-03` and `05-03`.
    """
    words: list[str] = []
    folded = fold(fold_characters(text).text)
    for match in _TOKEN.finditer(folded):
        word = match[0]
        if match["unspaced"]:
            words += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif match["initials"]:
            words.append(word.replace(".", ""))
        else:
            word = word.replace(",", "").removesuffix("'s")
            if word not in STOP_WORDS:
                words.append(DIGITS.get(word, word[:LONGEST_TERM]))
    words += (term for form in number_forms(folded) for term in form.terms)
    if "\n" in text:
        words += (half for halves in _HYPHENATED.findall(text) for half in map(fold, halves))
    return _stems(words)


def number_wordings(text: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return for each number, time and date in `text` the terms that it has in any wording, and all its own.

    "2 pm" has `14:00` in any wording, and of its own `2` and `pm`: a text with `14:00` says the same.
    """
    folded = fold(fold_characters(text).text)
    return [
        (frozenset(_stems(form.terms)), frozenset(terms(folded[form.start : form.end])))
        for form in number_forms(folded)
        if form.terms
    ]


def _stems(words: Sequence[str]) -> list[str]:
    # A stemmer for each call: creating one takes less than a microsecond, sharing one is unsafe in threads.
    stems: list[str] = Stemmer.Stemmer("english", 0).stemWords(words)
    return stems


def fold(text: str) -> str:
    """Return `text` without differences of case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    return unicodedata.normalize("NFKC", _DROPPED.sub("", parts))
