"""Kinds of characters: what a person sees as one or not at all, unspaced scripts, what no tokenizer takes."""

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

CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
LINE_BREAKS_AND_TABS = re.compile("[\t-\r\x85\u2028\u2029]+")
ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# Runs of joiners beside ASCII: they shape Persian, Indic and emoji text, but between plain letters only hide.
USELESS_JOINERS = re.compile(r"(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_SURROGATES = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which no encoding takes, by U+FFFD; the length stays."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def escape_unseen(name: str) -> str:
    r"""Return a name on one line in which everything can be seen: a tab is ``\t``, an escape ``\x1b``."""
    for pattern in (USELESS_JOINERS, CONTROLS, LINE_BREAKS_AND_TABS, ZERO_WIDTH):
        name = pattern.sub(lambda match: match[0].encode("unicode_escape").decode(), name)
    return name


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
