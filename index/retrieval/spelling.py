"""Spelling: words of a question that are misspelt, written as the library or the language has them."""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.memory import return_unused
from index.segmentation.search_terms import STOP_WORDS

if TYPE_CHECKING:
    from spellchecker import SpellChecker

LEAST_LETTERS = 5
"""Letters of a word, at least, that becomes one of the sentences found: shorter ones are near to too many."""
MOST_LETTERS = 40
"""What is longer is no word."""
LETTERS_FOR_TWO = 8
"""From this many letters on, two of them may be wrong."""
LETTERS_FOR_DICTIONARY = 6
"""Letters of a word, at least, that becomes one of the dictionary, which has far more, and names, too."""
RAREST = 51
"""Words that the dictionary has counted less often are left out: "corse" is likelier to be "course"."""
CLEAR_LEAD = 4
"""How many times as common as any other a word of the dictionary is that a misspelt one becomes."""

# Not a part of an address, a file name, a version or a word with an apostrophe.
_WORD = re.compile(rf"(?<![\w'’.@/#:-])[^\W\d_]{{{LEAST_LETTERS},{MOST_LETTERS}}}(?![\w'’@/-]|[.:]\w)")

_ANY_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """Corrects questions with the English dictionary of pyspellchecker, which is read when a word needs it.

    It is safe to share between threads.
    """

    def corrected(self, question: str, is_found: Callable[[str], bool], texts: Iterable[str]) -> str:
        """Return the question with its misspelt words corrected, and all else as it was.

        A word is misspelt if the library does not have it, which `is_found` tells, nor the dictionary. It
        becomes the nearest word of `texts`, the sentences that were found for the question: one letter wrong,
        missing or too many, or two neighbours swapped, and twice that in a long word. If none is that near,
        it becomes a word of the dictionary one such step away, if one is by far the most common there;
        a name does not, and no word of a question most of whose words the dictionary does not have.
        """
        misspelt = [
            match
            for match in _WORD.finditer(question)
            if not is_found(match[0]) and match[0] not in self._words
        ]
        if not misspelt:
            return question
        is_english = 2 * len(misspelt) <= len(_ANY_WORD.findall(question))
        nearby = {match[0].lower() for text in texts for match in _WORD.finditer(text)} - STOP_WORDS
        for match in reversed(misspelt):
            word = match[0].lower()
            is_name = match[0][0].isupper() and match.start() > 0
            better = _nearest(word, nearby)
            if better is None and len(word) >= LETTERS_FOR_DICTIONARY and is_english and not is_name:
                better = self._likeliest(word)
            if better:
                better = better.capitalize() if match[0][0].isupper() else better
                question = question[: match.start()] + better + question[match.end() :]
        return question

    def _likeliest(self, word: str) -> str | None:
        """Return the word of the dictionary that a misspelt one becomes, None unless it is clear which."""
        near = self._words.known(self._words.edit_distance_1(word))
        if any(other.replace("'", "") == word for other in near):
            return None  # "theyre" needs no correction
        counts = {other: self._words[other] for other in near - STOP_WORDS if other[0] == word[0]}
        likeliest = max(counts, key=counts.__getitem__, default="")
        rivals = (count for other, count in counts.items() if other != likeliest)
        return likeliest if likeliest and counts[likeliest] >= CLEAR_LEAD * max(rivals, default=0) else None

    @cached_property
    def _words(self) -> "SpellChecker":
        from spellchecker import SpellChecker

        words = SpellChecker(distance=1)
        words.word_frequency.remove_by_threshold(RAREST - 1)
        return_unused()
        return words


def _nearest(word: str, words: Collection[str]) -> str | None:
    """Return the one of `words` that is nearest to `word` and begins with its letter; None if it is far."""
    most = 2 if len(word) >= LETTERS_FOR_TWO else 1
    alike = [other for other in words if other[0] == word[0]]
    near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=most, limit=2)
    if not near or (len(near) > 1 and near[0][1] == near[1][1]):
        return None
    return str(near[0][0])
