"""Spelling: words of a question that are misspelt, written as the library or the language has them."""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.segmentation.search_terms import STOP_WORDS

if TYPE_CHECKING:
    from spellchecker import SpellChecker

LEAST_LETTERS = 5
"""Letters of a word, at least, that becomes one of the sentences found: shorter ones are near to too many."""
LETTERS_FOR_DICTIONARY = 6
"""Letters of a word, at least, that becomes one of the dictionary, which has far more, and names, too."""
COMMON = 51
"""How often the dictionary has counted a word, at least, that a misspelt one becomes; rare ones have 50."""
CLEAR_LEAD = 4
"""How many times as common as any other a word of the dictionary is that a misspelt one becomes."""

_MOST_WORDS = 20  # that are corrected in a question
_READ = 2_000  # characters of a sentence that are read for its words

# Lower case, or with one capital before it; no part of an address, the name of a file, a version, code, or a
# word with a hyphen or an apostrophe.
_JOINED = r"\w\u0300-\u036f\u00ad\u200b-\u200d'’@/\\$`%=&#~<>-"
_LETTERS = rf"[^\W\d_][^\W\d_A-Z]{{{LEAST_LETTERS - 1},39}}"
_WORD = re.compile(rf"(?<![.:?{_JOINED}]){_LETTERS}(?![({_JOINED}]|[.:?]\w)")
_ANY_WORD = re.compile(r"[^\W\d_]+")
_BRITISH = re.compile(r"our|augh|ae|oe|re$")  # the dictionary is American
_VOWELS_AND_DOUBLES = re.compile(r"[aeiou]|(.)(?=\1)")


class Spelling:
    """Corrects questions with the American dictionary of pyspellchecker, which is read when a word needs it.

    It is safe to share between threads.
    """

    def corrected(self, question: str, is_found: Callable[[str], bool], texts: Iterable[str]) -> str:
        """Return the question with its misspelt words corrected, and all else as it was.

        A word is misspelt if the library does not have it, which `is_found` tells, nor the dictionary. It
        becomes the only word of `texts`, the sentences that were found for the question, that is a letter
        away: wrong, missing or too many, or two neighbours swapped. Else it becomes the word of the
        dictionary that is as near, and by far the most common, if only vowels and double letters differ. A
        name does not, and no word of a question most of whose words are misspelt.
        """
        words = [*_WORD.finditer(question)]
        right = {word: is_found(word) or word in self._words for word in {match[0] for match in words}}
        misspelt = [match for match in words if not right[match[0]]]
        if not misspelt:
            return question
        mostly_right = 2 * len(misspelt) <= len(_ANY_WORD.findall(question))
        nearby = {word.lower() for text in texts for word in _WORD.findall(text[:_READ])} - STOP_WORDS
        for match in reversed([*islice(misspelt, _MOST_WORDS)]):
            word = match[0].lower()
            is_name = match[0] != word and match.start() > 0
            better = _nearest(word, nearby)
            if better is None and len(word) >= LETTERS_FOR_DICTIONARY and mostly_right and not is_name:
                better = self._likeliest(word, is_found)
            if better:
                better = better if match[0] == word else better.capitalize()
                question = question[: match.start()] + better + question[match.end() :]
        return question

    def _likeliest(self, word: str, is_found: Callable[[str], bool]) -> str | None:
        """Return the word of the dictionary that a misspelt one becomes, None unless it is clear which."""
        near = self._words.known(self._words.edit_distance_1(word))
        if any(other.replace("'", "") == word for other in near):
            return None  # "theyre" needs no correction
        counts = {other: self._words[other] for other in near - STOP_WORDS if other[0] == word[0]}
        first, second, *_ = (*sorted(counts.values(), reverse=True), 0, 0)
        if first < max(COMMON, CLEAR_LEAD * second):
            return None
        likeliest = max(counts, key=counts.__getitem__)
        alike = _VOWELS_AND_DOUBLES.sub("", word) == _VOWELS_AND_DOUBLES.sub("", likeliest)
        # "colour" is right unless the articles have "color".
        is_right = _BRITISH.search(word) and not is_found(likeliest)
        return likeliest if alike and not is_right else None

    @cached_property
    def _words(self) -> "SpellChecker":
        from spellchecker import SpellChecker  # reads its dictionary

        return SpellChecker(distance=1)


def _nearest(word: str, words: Collection[str]) -> str | None:
    """Return the only one of `words` that is a letter away from `word` and begins as it does."""
    alike = [other for other in words if other[0] == word[0]]
    near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=1, limit=2)
    return str(near[0][0]) if len(near) == 1 else None
