"""Words that are hyphenated at the ends of a PDF's lines."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# The part of a word before a hyphen at the end of a line: "inter-", "well-".
_BEFORE = re.compile(r"(?P<part>[^\W\d_]+(?:-[^\W\d_]+)*)-$")
_AFTER = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class HyphenatedWords:
    """The words of a document's lines, by which one tells "inter-national" from "well-known"."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            words = _WORD.findall(line.rstrip("-").casefold())
            # The first word may be the rest of one, and the last one its beginning.
            self._words.update(words[1:-1] if line.endswith("-") else words[1:])

    def join(self, line: str, following: str) -> tuple[str, str]:
        """Return what to keep of a line and what to put between it and the following one."""
        if not line.endswith("-"):
            return line, " "
        before, after = _BEFORE.search(line), _AFTER.match(following)
        if before is None or after is None:
            # "1914-\n1918" is one thing, "the first -\nthe second" is not.
            return line, "" if line[-2:-1].isalnum() and following[:1].isalnum() else " "
        part, rest = before["part"].casefold(), after[0].casefold()
        if f"{part}-{rest}" in self._words or (after[0][0].isupper() and not before["part"].isupper()):
            return line, ""
        if part + rest not in self._words and part in self._words and rest in self._words:
            return line, ""
        return line[:-1], ""
