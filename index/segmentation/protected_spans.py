"""Spans that look as if sentences ended, began or were enclosed in them, hidden from the segmenter.

Each is replaced by as many other characters, so that offsets stay.
"""

import re

LONGEST_ENCLOSED = 400
"""Characters up to which a bracket or a quotation mark waits for its other half."""

# "`client.run(token)`"
_CODE = r"`[^`]{1,300}`"
# "https://example.org/a.b?c=d", "www.example.org", "billing@example.com"
_ADDRESS = r"\b(?:https?://|www\.)[^\s<>\"]+[^\s<>\"'.,;:!?)\]}]|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
# "asyncio.Queue.Empty", "config.toml", "3.1.4"
_DOTTED = r"(?<![\w.])\w{1,64}(?:\.\w{1,64})+"
_SMILEY = r"(?<=\s)[:;=8][-o']?[()\[\]DP](?!\w)"
_PROTECTED = re.compile(
    rf"(?P<code>{_CODE})|(?P<address>{_ADDRESS})|(?P<dotted>{_DOTTED})|(?P<smiley>{_SMILEY})"
)
SENTENCE_STARTERS = frozenset(
    """
    a after all although an and another as at because before both but by each every few finally first for from
    he her here his how however i if in instead it its later many meanwhile most my no nobody now on one once
    only or other our she since so some still such that the their then there these they this those though
    through thus to today two under until we what when where whether which while who why with without yet you
    your
    """.split()
)
"""Words that begin a sentence if they have a capital letter."""

# "'60s", "'Tis", "'n'"
_ELISION = re.compile(
    r"['‘’](?=\d\d(?:s\b|\b(?!['’]))|(?:twas|tis|twere|em|til|till|cause|bout|im|er|n['’]?)\b)|(?<=['‘’]n)['’]",
    re.IGNORECASE,
)
_MARK = re.compile(r"['‘’\"“”«»()\[\]{}]")
_LETTER = "a"  # none of a Roman numeral, which sentencex takes for the number of a list item
_OPENERS = "'\"“«‘([{"
_CLOSERS = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«", "’": "‘"}
_SENTENCE_END = re.compile(r"[.!?]\s")


def protect(text: str) -> str:
    """Return a text of the same length in which sentences end only where they may.

    Inline code, addresses and dotted names become letters, smileys exclamation marks. Apostrophes that open
    or close no quotation become letters, and brackets and quotation marks without their other half spaces.
    """
    masked = _PROTECTED.sub(_mask, text)
    characters = list(masked)
    opened: list[tuple[str, int]] = []
    elisions = {match.start() for match in _ELISION.finditer(masked)}
    for match in _MARK.finditer(masked):
        place, mark = match.start(), match[0]
        while opened and place - opened[0][1] > LONGEST_ENCLOSED:
            characters[opened.pop(0)[1]] = " "
        opener = _CLOSERS.get(mark, mark if mark in "'\"" else "")
        level = next((level for level, (other, _) in enumerate(opened) if other == opener), None)
        if (mark in "'’" and place in elisions) or _is_no_quotation_mark(
            masked, place, None if level is None else opened[level][1]
        ):
            characters[place] = _LETTER
        elif level is not None:
            for _, unclosed in opened[level + 1 :]:
                characters[unclosed] = " "
            del opened[level:]
        elif mark in _OPENERS:
            opened.append((mark, place))
        else:
            characters[place] = " "
    for _, place in opened:
        characters[place] = " "
    return "".join(characters)


def _is_no_quotation_mark(text: str, place: int, opened: int | None) -> bool:
    """Tell whether the mark at `place` is an apostrophe or a unit: "workers' hall", "6' high".

    `opened` is the place of the mark that it might close.
    """
    if text[place] not in "'’\"":
        return False
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if text[place] == '"':
        return before.isdigit() and opened is None
    if before.isalnum() and after.isalnum():
        return True
    return before.isalnum() and (opened is None or _SENTENCE_END.search(text, opened, place) is not None)


def _mask(match: re.Match[str]) -> str:
    if match["smiley"]:
        return "!" * len(match[0])
    if match["dotted"]:
        first, *others = match[0].split(".")
        word = others[0]
        if len(others[-1]) == 1 and not first[0].isdigit():
            return match[0]  # an abbreviation: "e.g", "U.S", "Ph.D"
        if len(others) == 1 and first.islower() and word[0].isupper() and word.lower() in SENTENCE_STARTERS:
            return match[0]  # no name, but a space is missing: "He left.Then she came."
        return match[0].replace(".", "0" if first[0].isdigit() else _LETTER)
    return _LETTER * len(match[0])
