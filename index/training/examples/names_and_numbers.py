"""Names, numbers and words of a text, to replace those of a question with."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.records import Span

# A number with its commas and points, as an ordinal or a decade, too: "1998", "1,250", "2nd", "1920s".
NUMBER = re.compile(r"\b\d[\d,.]*\d(?:st|nd|rd|th|s)?\b|\b\d(?:st|nd|rd|th|s)?\b")
# A lower-case word of at least four letters that is not part of a compound: "paper", not "best-selling".
WORD = re.compile(r"(?<![\w’'-])[a-z]{4,}(?![\w-])")
COMMON_WORDS = frozenset(
    """what which when where whom whose does have been were will would could should about from with that this
    these those their there they them then than into onto over under after before between during while most
    more many much some such only also very other another same because according name type kind long
    called used made take took give gave come came said make makes given being each both must author person
    within along upon across without against through though although having until since still even every
    ever never always often around well like just says""".split()
)
"""Words that say too little to be replaced.

They are not the stop words of the search: examples made with those would be others.
"""
_SMALL = r"(?:of|the|de|von|van|der|du|la|and|&)"
# Capitalised words, with up to two small ones between them: "Anna Berg", "Queen of the Netherlands".
_NAME = re.compile(rf"\b[A-Z][\w’'-]+(?:(?: {_SMALL}){{0,2}} [A-Z][\w’'-]+)*")
# What comes before the first word of a sentence: ". " or '." “' or a new line.
_SENTENCE_START = re.compile(r"(?:^|[.!?:\"”)]\s+|\n)[\"'“(]*$")
# The end of "Falk's" or "Jones'".
_POSSESSIVE = re.compile(r"[’']s?$")
# Words that begin a sentence and are no part of the name that follows: "In ", "However ", "Both of the ".
_OPENER = re.compile(
    r"""(?:the|an?|in|on|at|to|of|for|from|by|with|as|if|and|but|or|so|when|where|why|how|who|whom|whose|what
    |which|did|do|does|is|are|was|were|has|have|had|can|could|will|would|should|after|before|during|while
    |although|though|however|since|until|under|over|between|among|according|then|there|this|that|these|those
    |he|she|it|they|we|you|his|her|its|their|our|my|both|many|some|most|all|each|one|two|three|other|another
    |also|because|despite|unlike|like|name|today|later|finally|instead|meanwhile|only|about|not|no)
    (?:\ (?:of|the|and|&))*\ """,
    re.IGNORECASE | re.VERBOSE,
)
# A preposition of place right before a name: "in ", "near the ".
_PREPOSITION = re.compile(r"\b(?:in|at|near|from|to|into|of)(?: the)? $")
SYNONYM_COSINE = 0.6
"""Cosine above which a word may mean the same, or be another form of the same word."""
_ENDINGS = "ing tion ions ment ness ity ists ers ed ly al ous ic er s".split()


MostSimilar = Callable[[str, Sequence[str]], Sequence[str]]
"""Takes a word or name and candidates to replace it; returns the candidates that are most similar to it."""


def all_similar(_: str, others: Sequence[str]) -> Sequence[str]:
    """Take all candidates to be similar."""
    return others


def most_similar_by(encoder: Path, count: int = 6) -> MostSimilar:
    """Return a function that finds the `count` most similar candidates, by the encoder's token vectors.

    Candidates as similar as synonyms are left out.
    """
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokens = word_vectors(encoder)
    tokens = tokens - tokens.mean(0)

    @cache
    def vector(word: str) -> NDArray[np.float32]:
        ids = tokenizer.encode(word, add_special_tokens=False).ids or [0]
        mean: NDArray[np.float32] = tokens[ids].mean(0)
        return mean / np.linalg.norm(mean)

    def most_similar(word: str, others: Sequence[str]) -> Sequence[str]:
        if not others:
            return ()
        cosines = np.stack([vector(other) for other in others]) @ vector(word)
        order = [row for row in np.argsort(-cosines, kind="stable") if cosines[row] < SYNONYM_COSINE]
        return [others[row] for row in order[:count]]

    return most_similar


def word_vectors(encoder: Path) -> NDArray[np.float32]:
    """Return an encoder's input vectors of the tokens of its vocabulary, [vocabulary, width].

    Raises ValueError if its weights do not hold one for each token.
    """
    weights = load_file(encoder / "model.safetensors")
    keys = [name for name in weights if name.endswith("embeddings.word_embeddings.weight")]
    ids = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab().values()
    if len(keys) != 1 or sorted(ids) != list(range(len(weights[keys[0]]))):
        raise ValueError(f"{encoder}: not an encoder with a vector for each token of its vocabulary")
    vectors: NDArray[np.float32] = weights[keys[0]].astype(np.float32)
    return vectors


@dataclass(frozen=True, slots=True)
class Replacements:
    """Names, each with whether it follows a preposition of place, numbers, and words by their endings."""

    names: Mapping[str, bool]
    numbers: Sequence[str]
    words: Mapping[str, Sequence[str]]
    most_similar: MostSimilar = all_similar

    @classmethod
    def of(cls, text: str, most_similar: MostSimilar = all_similar) -> Self:
        """Collect what a text holds."""
        words: dict[str, list[str]] = {}
        for word in sorted(set(WORD.findall(text)) - COMMON_WORDS):
            words.setdefault(ending(word), []).append(word)
        placed: dict[str, bool] = {}
        for start, end in find_names(text):
            name = text[start:end]
            placed[name] = placed.get(name, False) or follows_preposition(text, start)
        return cls(dict(sorted(placed.items())), sorted(set(NUMBER.findall(text))), words, most_similar)


NO_REPLACEMENTS = Replacements({}, (), {})


def find_names(text: str) -> list[Span]:
    """Return where names seem to be: capitalised words that do not just begin a sentence."""
    places = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        if _SENTENCE_START.search(text[max(0, start - 8) : start]):
            before = start
            while opener := _OPENER.match(text, start, end):
                start = opener.end()
            if start == before and " " not in match.group():
                continue
        possessive = _POSSESSIVE.search(text[start:end])
        end -= len(possessive.group()) if possessive else 0
        if text[start:end][:1].isupper() and text[start:end].lower() not in COMMON_WORDS:
            places.append((start, end))
    return places


def follows_preposition(text: str, start: int) -> bool:
    """Say whether the word at `start` follows one such as "in"."""
    return _PREPOSITION.search(text[max(0, start - 12) : start].lower()) is not None


def number_kind(number: str) -> tuple[bool, int, bool]:
    """Return what numbers that can replace each other have in common: being a year, length, spelling."""
    year = len(number) == 4 and number.isdigit() and "1000" <= number <= "2099"
    ordinal = number[-2:] in ("st", "nd", "rd", "th")
    return year, (0 if ordinal else len(number)), number.isdigit() or ordinal


def ending(word: str) -> str:
    """Return a word's ending if it hints at its form, such as "ing", else an empty string."""
    return next((suffix for suffix in _ENDINGS if word.endswith(suffix)), "")
