"""What a text speaks of, to exchange things in questions for: its names, numbers and words."""

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

NUMBER = re.compile(r"\b\d[\d,.]*\d(?:st|nd|rd|th|s)?\b|\b\d(?:st|nd|rd|th|s)?\b")
WORD = re.compile(r"(?<![\w’'-])[a-z]{4,}(?![\w-])")
COMMON = frozenset(
    """what which when where whom whose does have been were will would could should about from with that this
    these those their there they them then than into onto over under after before between during while most
    more many much some such only also very other another same because according name type kind many long
    called used made take took give gave come came said make makes given being each both must author person
    within along upon across without against through though although having until since still even every where
    ever never always often around well like just says said they""".split()
)
"""Words that say too little to be exchanged."""
_SMALL = r"(?:of|the|de|von|van|der|du|la|and|&)"
_NAME = re.compile(rf"\b[A-Z][\w’'-]+(?:(?: {_SMALL}){{0,2}} [A-Z][\w’'-]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\"”)]\s+|\n)[\"'“(]*$")
_POSSESSIVE = re.compile(r"[’']s?$")
_OPENER = re.compile(
    r"""(?:the|an?|in|on|at|to|of|for|from|by|with|as|if|and|but|or|so|when|where|why|how|who|whom|whose|what
    |which|did|do|does|is|are|was|were|has|have|had|can|could|will|would|should|after|before|during|while
    |although|though|however|since|until|under|over|between|among|according|then|there|this|that|these|those
    |he|she|it|they|we|you|his|her|its|their|our|my|both|many|some|most|all|each|one|two|three|other|another
    |also|because|despite|unlike|like|name|today|later|finally|instead|meanwhile|only|about|not|no)
    (?:\ (?:of|the|and|&))*\ """,
    re.IGNORECASE | re.VERBOSE,
)
_PLACED = re.compile(r"\b(?:in|at|near|from|to|into|of)(?: the)? $")
SYNONYM = 0.6
"""Cosine above which a word may say the same, or be the same in another form."""
_ENDINGS = "ing tion ions ment ness ity ists ers ed ly al ous ic er s".split()


Likest = Callable[[str, Sequence[str]], Sequence[str]]
"""Takes a word or name and others; returns those of them that are of its kind."""


def any_of(_: str, others: Sequence[str]) -> Sequence[str]:
    """Take all words to be of one kind."""
    return others


def likest_by(encoder: Path, most: int = 6) -> Likest:
    """Return what finds the `most` nearest of some words, by the encoder's vectors of their tokens.

    Those that are nearer than synonyms are left out.
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

    def likest(word: str, others: Sequence[str]) -> Sequence[str]:
        if not others:
            return ()
        cosines = np.stack([vector(other) for other in others]) @ vector(word)
        order = [row for row in np.argsort(-cosines, kind="stable") if cosines[row] < SYNONYM]
        return [others[row] for row in order[:most]]

    return likest


def word_vectors(encoder: Path) -> NDArray[np.float32]:
    """Return an encoder's input vectors of the tokens of its vocabulary, [vocabulary, width].

    Raises ValueError where its weights hold none, or not one for each token.
    """
    weights = load_file(encoder / "model.safetensors")
    found = [name for name in weights if name.endswith("embeddings.word_embeddings.weight")]
    ids = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab().values()
    if len(found) != 1 or sorted(ids) != list(range(len(weights[found[0]]))):
        raise ValueError(f"{encoder}: not an encoder with a vector for each token of its vocabulary")
    vectors: NDArray[np.float32] = weights[found[0]].astype(np.float32)
    return vectors


@dataclass(frozen=True, slots=True)
class Things:
    """Names, with whether each is spoken of as a place, numbers, and words by how they end."""

    names: Mapping[str, bool]
    numbers: Sequence[str]
    words: Mapping[str, Sequence[str]]
    likest: Likest = any_of

    @classmethod
    def of(cls, text: str, likest: Likest = any_of) -> Self:
        """Collect the things of a text."""
        words: dict[str, list[str]] = {}
        for word in sorted(set(WORD.findall(text)) - COMMON):
            words.setdefault(ending(word), []).append(word)
        placed: dict[str, bool] = {}
        for start, end in names(text):
            name = text[start:end]
            placed[name] = placed.get(name, False) or is_placed(text, start)
        return cls(dict(sorted(placed.items())), sorted(set(NUMBER.findall(text))), words, likest)


def names(text: str) -> list[Span]:
    """Return the places of what looks like a name: capitalised words that do not just begin a sentence."""
    found = []
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
        if text[start:end][:1].isupper() and text[start:end].lower() not in COMMON:
            found.append((start, end))
    return found


def is_placed(text: str, start: int) -> bool:
    """Say whether what begins at `start` follows a word such as "in"."""
    return _PLACED.search(text[max(0, start - 12) : start].lower()) is not None


def number_kind(number: str) -> tuple[bool, int, bool]:
    """Return what numbers have in common that may stand for each other: a year, how long, how written."""
    year = len(number) == 4 and number.isdigit() and "1000" <= number <= "2099"
    counts = number[-2:] in ("st", "nd", "rd", "th")
    return year, (0 if counts else len(number)), number.isdigit() or counts


def ending(word: str) -> str:
    """Return how a word ends, which hints at its form; nothing where that says nothing."""
    return next((one for one in _ENDINGS if word.endswith(one)), "")
