"""Sentences of a text with exact offsets: blocks first, then sentencex inside each block, then repairs."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

from index.records import Block, BlockKind, Sentence, Span
from index.segmentation.blocks import split_blocks
from index.segmentation.characters import HANGUL, TIBETAN, UNSPACED, grapheme_clusters, replace_surrogates

LONGEST_SENTENCE = 600
"""Code points of the longest sentence; a longer one is cut at its best place."""
LONGEST_UNSPACED = 200
"""The same in scripts without spaces between words, where every character is about one token."""
SENTENCE_RULES = 3
"""Version of the rules here and in `index.segmentation.blocks`: raise it when they cut differently."""

_WINDOW = 4_000  # sentencex takes quadratic time; it gets no more text at once
_WHOLE = frozenset((BlockKind.HEADING, BlockKind.TABLE_ROW, BlockKind.CONTENTS))  # one sentence each
_LINE = re.compile(r"[^\n]+")
_SEPARATORS = re.compile("[\x85\u2028\u2029]")
# Without Hangul, which has spaces to cut at, and with Tibetan, which has only marks between its syllables.
_UNSPACED = re.compile(rf"(?![{HANGUL}])[{UNSPACED}{TIBETAN}]")
# "[citation needed]", "[3][4]"
_NOTE = re.compile(r"(?:\[[^\[\]\n]{1,40}\])+")
# "II.", "(a)", "3)"
_ENUMERATOR = re.compile(r"\(?(?:[A-Za-z]|[IVXLC]{1,5}|\d{1,3})[.)]")
# "Eq."
_ABBREVIATION = re.compile(r"[^\W\d]{1,7}\.")
# "(It rained.)" before the capital letter of a new sentence
_BRACKETED = re.compile(r"\([^()]*[.!?…][\"'”’»]?\)(?=\s+[\"'“‘«(]?[^\W\d_a-z])")
_CUTS = (
    re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？]"),
    re.compile(r"[,;:](?=\s)|\s[-–—](?=\s)|[，、；：]"),
    re.compile(r"(?=\s)"),
)


def split_sentences(text: str, blocks: Sequence[Block] | None = None) -> list[Sentence]:
    """Return the sentences of `text`, ascending, not overlapping, without white space at their ends.

    Together they hold every letter and digit of the text, or of its `blocks` if these are given. Runs of
    other marks are left out, and so are the marks of headings, bullets and quotations. A heading or a table
    row is one sentence, and so is each line of code.
    """
    safe = replace_surrogates(text)  # sentencex takes none
    if blocks is None:
        blocks = [Block(BlockKind.PARAGRAPH, start, end) for start, end in split_blocks(safe)]
    return [
        Sentence(*part, number)
        for number, block in enumerate(blocks)
        for span in _spans(safe, block)
        for part in _capped(safe, *span)
        if any(map(str.isalnum, safe[slice(*part)]))
    ]


def _spans(text: str, block: Block) -> Iterator[Span]:
    """Yield the sentences of a block, as long as they are."""
    if block.kind in _WHOLE:
        yield block.start, block.end
    elif block.kind is BlockKind.CODE:
        for line in _LINE.finditer(text, block.start, block.end):
            yield line.span()
    else:
        yield from _repaired(text, _segments(text, block.start, block.end))


def _segments(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the segments of a block by sentencex; they follow each other without gaps."""
    while start < end:
        stop = min(start + _WINDOW, end)
        # Replaced by as many characters: other line separators than line feeds crash sentencex.
        boundaries = get_sentence_boundaries("en", _SEPARATORS.sub("\n", text[start:stop]))
        if stop < end:  # the last one may go on behind the window
            boundaries = boundaries[:-1] or [
                {"end_index": _best_cut(text, start, stop, stop - start) - start}
            ]
        offset = start
        for boundary in boundaries:
            segment = (start, min(offset + boundary["end_index"], end))
            yield segment
            start = segment[1]


def _repaired(text: str, segments: Iterator[Span]) -> Iterator[Span]:
    """Correct the errors of sentencex that were measured (docs/segmentation.md)."""
    held: Span | None = None
    for start, end in segments:
        if held is not None and not text[start - 1].isspace() and (note := _NOTE.match(text, start, end)):
            held, start = (held[0], note.end()), note.end()  # "It rained.[citation needed] Then" – a note
        if held is not None and _belongs(text, held, start, end):
            held = (held[0], end)
            continue
        if held is not None:
            yield held
        if bracketed := _BRACKETED.match(text, start, end):  # "(It rained.) Then" – two sentences
            yield start, bracketed.end()
            start = bracketed.end()
        held = (start, end)
    if held is not None:
        yield held


def _belongs(text: str, held: Span, start: int, end: int) -> bool:
    """Tell whether the segment continues the held one: bare marks, "II. Methods", "Eq. 4"."""
    word = text[held[0] : held[1]].strip() if held[1] - held[0] < 16 else ""
    following = text[start:end].lstrip()
    return (
        not any(map(str.isalnum, following))
        or not (word or any(map(str.isalnum, text[held[0] : held[1]])))
        or _ENUMERATOR.fullmatch(word) is not None
        or (_ABBREVIATION.fullmatch(word) is not None and following[0].isdigit())
    )


def _capped(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span without white space at its ends, in parts if it is too long."""
    unspaced = end - start > LONGEST_UNSPACED and 2 * len(_UNSPACED.findall(text, start, end)) > end - start
    longest = LONGEST_UNSPACED if unspaced else LONGEST_SENTENCE
    while True:
        start, end = _trimmed(text, start, end)
        if end - start <= longest:
            break
        cut = _best_cut(text, start, end, longest)
        yield _trimmed(text, start, cut)
        start = cut
    yield start, end


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _best_cut(text: str, start: int, end: int, longest: int) -> int:
    """Find where to cut a span: after a sentence, else a clause, else a word, as late as is allowed."""
    latest = min(start + longest, end)
    for pattern in _CUTS:
        # One character more, for the white space that a pattern looks ahead to.
        matches = [m.end() for m in pattern.finditer(text, start + longest // 2, min(latest + 1, len(text)))]
        if cuts := [end for end in matches if end <= latest]:
            return cuts[-1]
    # One character more here, too: it may be an accent of the last one.
    ends = accumulate(map(len, grapheme_clusters(text[start : latest + 1])), initial=start)
    return max((end for end in ends if start < end <= latest), default=latest)
