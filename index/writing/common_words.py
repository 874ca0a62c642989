"""Words that begin a sentence with a capital letter and are no names: those of our own training libraries."""

from functools import cache
from pathlib import Path


@cache
def common_words() -> frozenset[str]:
    """Return the words, in small letters."""
    return frozenset(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split())
