"""Lines of a plain text: paragraphs of them, and what the mark at the beginning of a line says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from index.records import Span
from index.segmentation.numbers import DAY_AND_MONTH

TAB = 4
"""Columns of a tab in the indentation."""

_LINE = re.compile(r"[^\n\f]+|\f")
_RULE = re.compile(r"\s*([=\-~_*#+.])\1{2,}\s*")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
# What stands between two cells: tabs, a bar, dot leaders, two spaces that follow no full stop, or more that
# follow an abbreviation, "Main St.   9:40".
_GAP = re.compile(
    r"(?<![ ])[ ]*[\t|]\s*|[ ]?(?:\.[ ]?){4,}[ ]*"
    r"|(?<![.!?:;,\s])[ ]{2,}(?=\S)|(?<=[^\W\d_]{2}\.)[ ]{3,}(?=\S)"
)

# "• ", "[x] ", and glyphs of word processors' symbol fonts, which need no space after them
_GLYPH = re.compile(
    r"[-*+–—•‣◦▪●]\s+(?:\[[ xX]\]\s+)?|\[[ xX]\]\s+|o\s+(?=\S)|[→⇒»›>]\s+"
    r"|[•‣◦▪●·∙○□■◆◇►▶▸➤➢➔❖✦★☆⁃\uf000-\uf0ff]\s*"
)
# A tick and a cross say something, and belong to the item.
_TICK = re.compile(r"(?=[✓✔✅☑✗✘✕❌☐☒]\s*\S)")
# "1.", "(2)", "3)", "1.2", "2.1.3.", "b)", "(iv)", "A."
_NUMBER = re.compile(
    r"\(?(?P<label>\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}(?=[.)])|[A-Za-z](?=[.)])|[ivxlc]{1,6}(?=[.)])|[IVXLC]{1,6}(?=[.)]))"
    r"[.)]?(?:[ \t]+)(?=\S)"
)
_DATE = re.compile(DAY_AND_MONTH, re.IGNORECASE)
# "J. R. R. Tolkien", "E. coli": an initial, unless lines nearby count on from it
_INITIAL = re.compile(r"[A-Z]\.\s")
_NEARBY = 30  # lines
# "1.2 kg", "5.20 m": an amount, not the number of a section
_AMOUNT = re.compile(
    r"\d{1,3}\.\d{1,3}[ \t]+(?:[kmcd]?[gml]|mm|oz|lbs?|tsp|tbsp|cups?|lit(?:re|er)s?|m[²³]|%|°C?"
    r"|€|£|\$|euros?|pounds?|dollars?|million|billion|per ?cent|h|hours?|min|minutes?|s|seconds?"
    r"|[kMGT]B|k?W|V|[kMG]?Hz|bar)(?!\w)"
)
# "Step 1:", "Rule 12.", "§ 3", "Day 2 -"; without a mark behind it, it is part of a sentence: "Day 2 is wet"
_NAMED = re.compile(
    r"(?P<label>(?:step|rule|item|point|tip|day|week|phase|level|no|§|#)\.?\s?\d{1,3})"
    r"(?P<end>\s?[:.)–—-])?[ \t]+(?=\S)",
    re.IGNORECASE,
)
# "2024-03-12 14:02:11 …", "[14:02:11] ERROR …", "Mar 12 14:02:11 host …", "$ make"
_LOG = re.compile(
    r"\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d|\[?\d\d:\d\d:\d\d\]?\s+\[?[A-Z]{4,7}\b"
    r"|\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b[\]:]"
    r"|[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d\s|[$%#]\s\S|>>>\s|Traceback \("
)
_CODE_MARKS = re.compile(r"[{};=<>$\\_()\[\]/|]")
_LONGEST_AMOUNT = 40  # characters of a line with an amount
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class ListMark(NamedTuple):
    """The mark at the beginning of a list item: how many characters it takes, and what it says.

    `label` is "" for a glyph. `kind` is the same for the marks of one list; `number` is the last of its
    numbers, and `depth` how many there are. What is `kept` says something, and belongs to the text: the
    number of a version, a section, a level.
    """

    length: int
    label: str
    kind: str
    number: int = 0
    depth: int = 1
    kept: bool = False

    @property
    def left_out(self) -> int:
        """How many characters of the line are no text."""
        return 0 if self.kept else self.length


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line with letters or digits, `text[start:end]`, without white space at its ends.

    `rule` is the character of the rule that underlines it, or "". `mark` is that of a list item, if the line
    may be one.
    """

    start: int
    end: int
    indent: int
    page: int | None
    shown: str
    rule: str = ""
    is_code: bool = False
    mark: ListMark | None = None


def paragraphs(text: str) -> list[list[TextLine]]:
    """Return the lines of a text, in runs between empty lines, rules, pages and fences of code."""
    runs: list[list[TextLine]] = [[]]
    pages = "\f" in text
    page, fenced, last_end = 1, False, 0
    for match in _LINE.finditer(text):
        raw = match[0]
        if text.count("\n", last_end, match.start()) > 1 or raw == "\f":
            runs.append([])
        last_end = match.end()
        if raw == "\f":
            page += 1
        elif (
            not fenced and _underlines(raw, runs[-1]) and text.count("\n", runs[-1][-1].end, match.end()) == 1
        ):
            runs[-1][-1] = _underlined(runs[-1][-1], "~")
            runs.append([])
        elif _FENCE.match(raw) and "`" not in raw.strip().lstrip("`"):
            fenced = not fenced
            runs.append([])
        elif any(map(str.isalnum, raw)):
            shown = raw.strip()
            start = match.start() + raw.index(shown)
            indent = sum(TAB if character == "\t" else 1 for character in raw[: raw.index(shown)])
            line = TextLine(start, start + len(shown), indent, page if pages else None, shown, "", fenced)
            if runs[-1] and runs[-1][-1].is_code != fenced:
                runs.append([])
            runs[-1].append(line)
        elif rule := _RULE.fullmatch(raw):
            if runs[-1]:
                runs[-1][-1] = _underlined(runs[-1][-1], rule[1])
            runs.append([])
        elif runs[-1] and set("-=") & set(raw) and set(raw) <= set("-=+|: \t"):
            runs[-1][-1] = _underlined(runs[-1][-1], "|")  # below the names of columns
        else:
            runs.append([])
    return _marked(_joined_tables([run for run in runs if run]))


def _underlines(raw: str, run: Sequence[TextLine]) -> bool:
    """Tell whether a line of tildes is as long as the line above it, and not a fence of code."""
    rule = raw.strip()
    return bool(run) and len(rule) > 3 and set(rule) == {"~"} and abs(len(rule) - len(run[-1].shown)) < 3


def _underlined(line: TextLine, rule: str) -> TextLine:
    return replace(line, rule=rule)


def _joined_tables(runs: Sequence[list[TextLine]]) -> list[list[TextLine]]:
    """Join the names of columns that are underlined by one rule with the rows below."""
    joined: list[list[TextLine]] = []
    for run in runs:
        before = joined[-1][-1] if joined else None
        if before is not None and before.rule and 1 < len(cells(before)) == len(cells(run[0])):
            joined[-1] += run
        else:
            joined.append(run)
    return joined


def cells(line: TextLine) -> list[Span]:
    """Return the cells of a line whose columns are parted by tabs, bars, leaders or several spaces."""
    spans, start = [], 0
    shown = line.shown
    for gap in _GAP.finditer(shown):
        if gap.start() > start:
            spans.append((line.start + start, line.start + gap.start()))
        start = gap.end()
    if start < len(shown):
        spans.append((line.start + start, line.end))
    return spans


def mark(shown: str) -> ListMark | None:
    """Return the mark at the beginning of a line, if it may be that of a list item."""
    if _TICK.match(shown):
        return ListMark(0, "", "tick")
    if glyph := _GLYPH.match(shown):
        return ListMark(glyph.end(), "", glyph[0][0])
    if named := _NAMED.match(shown):
        label = named["label"]
        kind, number = re.sub(r"\d+", "", label).lower(), int(re.sub(r"\D", "", label))
        return ListMark(named.end(), label, kind, number, kept=named["end"] is None)
    numbered = _NUMBER.match(shown)
    if numbered is None or _AMOUNT.match(shown) or _DATE.match(shown):
        return None
    label = numbered["label"].rstrip(".")
    numbers = label.split(".")
    if numbers[0].isdigit():
        kind = f"{'(' * shown.startswith('(')}1{'.1' * (len(numbers) - 1)}"
        return ListMark(numbered.end(), label, kind, int(numbers[-1]), len(numbers), kept=len(numbers) > 1)
    if set(label.lower()) <= set(_ROMAN) and (len(label) > 1 or label.lower() == "i"):
        return ListMark(numbered.end(), label, "i" if label.islower() else "I", _roman(label.lower()))
    return ListMark(numbered.end(), label, "a" if label.islower() else "A", ord(label.lower()) - ord("a") + 1)


def _marked(runs: Sequence[list[TextLine]]) -> list[list[TextLine]]:
    """Give each line the mark that it begins with, but initials, from which no line nearby counts on."""
    lines = [line for run in runs for line in run]
    marks = [mark(line.shown) for line in lines]
    counted = [frozenset(_counts(found)) for found in marks]

    def is_counted_on(place: int) -> bool:
        nearby = (*range(max(0, place - _NEARBY), place), *range(place + 1, min(len(lines), place + _NEARBY)))
        wanted = {(kind, number + step) for kind, number in counted[place] for step in (-1, 1)}
        return any(wanted & counted[other] for other in nearby)

    for place, line in enumerate(lines):
        if _INITIAL.match(line.shown) and not is_counted_on(place):
            marks[place] = None
    left = iter(zip(lines, marks, strict=True))
    return [[replace(line, mark=found) for line, found in islice(left, len(run))] for run in runs]


def _counts(found: ListMark | None) -> Iterator[tuple[str, int]]:
    """Yield what a mark may be a number of: "V" is one of letters and of Roman numbers."""
    if found and found.label:
        yield found.kind, found.number
        if found.kind == "A" and set(found.label.lower()) <= set(_ROMAN):
            yield "I", _roman(found.label.lower())


def is_code(run: Sequence[TextLine]) -> bool:
    """Tell whether a paragraph is a log or code: lines with times or levels, or with many marks."""
    logged = sum(_LOG.match(line.shown) is not None for line in run)
    if len(run) > 1 and 3 * logged >= 2 * len(run):
        return True
    if min(line.indent for line in run) < 4:
        return False
    return 2 * sum(_CODE_MARKS.search(line.shown) is not None for line in run) > len(run)


def are_amounts(lines: Sequence[TextLine]) -> bool:
    """Tell whether short lines, the first and most of the others, begin with a number, as ingredients do."""
    numbers = [line.shown[0].isnumeric() for line in lines if len(line.shown) <= _LONGEST_AMOUNT]
    return numbers[:1] == [True] and len(numbers) == len(lines) and 2 * sum(numbers) > max(len(lines), 2)


def _roman(numeral: str) -> int:
    values = [_ROMAN[letter] for letter in numeral]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )
