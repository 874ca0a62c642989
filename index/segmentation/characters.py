"""Kinds of characters: what a person sees as one, scripts without spaces, what no tokenizer takes."""

import re
from functools import cache
from typing import Any

HANGUL = "\uac00-\ud7af"
TIBETAN = "\u0f00-\u0fff"
UNSPACED = (
    f"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff{HANGUL}"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Characters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose
particles stick to the words."""

_SURROGATES = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which no encoding takes, by U+FFFD; the length stays."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def clean(text: str) -> str:
    """Replace what no tokenizer takes: lone surrogates by U+FFFD, NUL by a space; the length stays."""
    return replace_surrogates(text).replace("\0", " ")


def grapheme_clusters(text: str) -> list[str]:
    """Split `text` into what a person sees as one character each: letters with their accents, emoji, flags.

    The parts follow Unicode's rules (UAX 29) and together are `text`.
    """
    clusters: list[str] = _cluster().findall(text)
    return clusters


@cache
def _cluster() -> Any:
    import regex  # type: ignore[import-untyped]  # here: it takes tens of milliseconds, which few need

    return regex.compile(r"\X")
