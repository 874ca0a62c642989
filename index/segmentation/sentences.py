"""Sentences of a text with exact offsets: blocks first, then sentencex inside each block, then repairs."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

from index.records import Block, BlockKind, Sentence, Span
from index.segmentation.abbreviations import goes_on
from index.segmentation.blocks import split_blocks
from index.segmentation.characters import HANGUL, TIBETAN, UNSPACED, grapheme_clusters, replace_surrogates
from index.segmentation.protected_spans import protect

LONGEST_SENTENCE = 600
"""Code points of the longest sentence; a longer one is cut at its best place."""
LONGEST_UNSPACED = 200
"""The same in scripts without spaces between words, where every character is about one token."""
SENTENCE_RULES = 6
"""Version of the rules here and in `index.segmentation.blocks`: raise it when they cut differently."""

_WINDOW = 4_000  # sentencex takes quadratic time; it gets no more text at once
_WHOLE = frozenset((BlockKind.HEADING, BlockKind.TABLE_ROW, BlockKind.CONTENTS))  # one sentence each
_LINE = re.compile(r"[^\n]+")
_SEPARATORS = re.compile("[\x85\u2028\u2029]")
# "plan B .", with a space that no line breaks at
_INITIAL = re.compile(r"(?<!\w)[A-Z]\s+(?=\.)")
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")
# Without Hangul, which has spaces to cut at, and with Tibetan, which has only marks between its syllables.
_UNSPACED = re.compile(rf"(?![{HANGUL}])[{UNSPACED}{TIBETAN}]")
# "[citation needed]", "[3][4]"
_NOTE = re.compile(r"(?:\[[^\[\]\n]{1,40}\])+")
# "II.", "(a)", "3)"
_ENUMERATOR = re.compile(r"\(?(?:[A-Za-z]|[IVXLC]{1,5}|\d{1,3})[.)]")
# "Eq."
_ABBREVIATION = re.compile(r"[^\W\d]{1,7}\.")
# "Chapter 1."
_NUMBERED = re.compile(r"[A-Z][a-z]{2,9} (?:\d{1,3}|[IVXLC]{1,5}|[A-Z])\.")
# "Defaults to `600`.": it says of what only together with the sentence before
_VALUE = re.compile(r"\W*defaults?(?: value)?(?:\W{0,3}:| is\b| to\b)", re.IGNORECASE)
# The end of a sentence that sentencex does not see: "Maybe… Then", "on 16 May. Then", "your ID. Then"
_UNSEEN_END = re.compile(r"(?:(?<=[^\W_])…|(?<![\w.])(?:May|I[Dd]|id)\.)[\"'”’»)]*(?=\s+[\"'“‘«(]?[A-Z])")
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
        Sentence(block.start + start, block.start + end, number)
        for number, block in enumerate(blocks)
        for start, end in _sentences(safe[block.start : block.end], block)
        if any(map(str.isalnum, safe[block.start + start : block.start + end]))
    ]


def _sentences(text: str, block: Block) -> Iterator[Span]:
    """Yield the sentences of a block; its text is `text`, and their offsets are in it."""
    # Replaced by as many characters, because sentencex crashes: other line separators than line feeds, and
    # other spaces than those of ASCII between an initial and its full stop.
    masked = _SEPARATORS.sub("\n", protect(text))
    masked = _INITIAL.sub(lambda initial: _WIDE_SPACE.sub(" ", initial[0]), masked)
    for span in _spans(text, masked, block):
        yield from _capped(text, masked, *span)


def _spans(text: str, masked: str, block: Block) -> Iterator[Span]:
    """Yield the sentences of a block, as long as they are."""
    if block.cells:  # of a table row, or the names of columns
        yield from _cells(block)
    elif block.kind in _WHOLE:
        yield 0, len(text)
    elif block.kind is BlockKind.CODE:
        for line in _LINE.finditer(text):
            yield line.span()
    else:
        yield from _repaired(text, _parted(text, _segments(masked)))


def _cells(block: Block) -> Iterator[Span]:
    """Yield a row, or if it is too long, runs of its cells."""
    start = 0
    for before, cell in pairwise(block.cells):
        if cell.end - block.start - start > LONGEST_SENTENCE:
            yield start, before.end - block.start
            start = before.end - block.start
    yield start, block.end - block.start


def _segments(masked: str) -> Iterator[Span]:
    """Yield the segments of a text by sentencex; they follow each other without gaps."""
    start, end = 0, len(masked)
    while start < end:
        stop = min(start + _WINDOW, end)
        boundaries = get_sentence_boundaries("en", masked[start:stop])
        if stop < end:  # the last one may go on behind the window
            boundaries = boundaries[:-1] or [
                {"end_index": _best_cut(masked, start, stop, stop - start) - start}
            ]
        offset = start
        for boundary in boundaries:
            segment = (start, min(offset + boundary["end_index"], end))
            yield segment
            start = segment[1]


def _parted(text: str, segments: Iterator[Span]) -> Iterator[Span]:
    """Part the segments where sentencex sees no end: "Maybe… Then", "on 16 May. Then"."""
    for start, end in segments:
        for unseen in _UNSEEN_END.finditer(text, start, end):
            yield start, unseen.end()
            start = unseen.end()
        if start < end:
            yield start, end


def _repaired(text: str, segments: Iterator[Span]) -> Iterator[Span]:
    """Correct the errors of sentencex that were measured (docs/segmentation.md)."""
    held: Span | None = None
    capitalised = next((character.isupper() for character in text if character.isalpha()), False)
    for start, end in segments:
        if held is not None and not text[start - 1].isspace() and (note := _NOTE.match(text, start, end)):
            held, start = (held[0], note.end()), note.end()  # "It rained.[citation needed] Then" – a note
        if held is not None and _belongs(text, held, start, end, capitalised):
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


def _belongs(text: str, held: Span, start: int, end: int, capitalised: bool) -> bool:
    """Tell whether the segment continues the held one: bare marks, "II. Methods", "Eq. 4", "approx. 4".

    `capitalised` tells whether sentences of this text begin with capital letters.
    """
    word = text[held[0] : held[1]].strip() if held[1] - held[0] < 16 else ""
    following = text[start:end].lstrip()
    before = text[max(held[0], held[1] - 40) : held[1]].rstrip()
    return (
        not any(map(str.isalnum, following))
        or not (word or any(map(str.isalnum, text[held[0] : held[1]])))
        or _ENUMERATOR.fullmatch(word) is not None
        or _NUMBERED.fullmatch(word) is not None
        or (_ABBREVIATION.fullmatch(word) is not None and following[0].isdigit())
        or goes_on(before, following, capitalised)
        or (_VALUE.match(following) is not None and end - held[0] <= LONGEST_SENTENCE)
    )


def _capped(text: str, masked: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span without white space at its ends, in parts if it is too long."""
    unspaced = end - start > LONGEST_UNSPACED and 2 * len(_UNSPACED.findall(text, start, end)) > end - start
    longest = LONGEST_UNSPACED if unspaced else LONGEST_SENTENCE
    while True:
        start, end = _trimmed(text, start, end)
        if end - start <= longest:
            break
        cut = _best_cut(text, start, end, longest, masked)
        yield _trimmed(text, start, cut)
        start = cut
    yield start, end


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _best_cut(text: str, start: int, end: int, longest: int, masked: str | None = None) -> int:
    """Find where to cut a span: after a sentence, else a clause, else a word, as late as is allowed.

    `masked` is the text with what must not be cut hidden, if that may be avoided.
    """
    latest = min(start + longest, end)
    for pattern in _CUTS:
        # One character more, for the white space that a pattern looks ahead to.
        matches = [
            match.end()
            for match in pattern.finditer(masked or text, start + longest // 2, min(latest + 1, len(text)))
        ]
        if cuts := [end for end in matches if end <= latest]:
            return cuts[-1]
    # One character more here, too: it may be an accent of the last one.
    ends = accumulate(map(len, grapheme_clusters(text[start : latest + 1])), initial=start)
    return max((end for end in ends if start < end <= latest), default=latest)
