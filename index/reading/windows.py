"""Windows that a reader reads: runs of whole sentences of one section around the best candidates."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Rows
from index.reading.enumerators import unasked_length
from index.records import BlockKind, Candidate, Sentence, Span, holds_words
from index.segmentation.folding import FoldedText, fold_like, number_spellings
from index.segmentation.rendering import RenderedSpan, Rendering, above, render
from index.segmentation.search_terms import terms
from index.storage.catalog import SentenceText

CHARACTERS = 480
"""Most characters of a window of several sentences: about 110 tokens of English."""
REACH = 8
"""Most sentences that a window has on either side of its candidate."""


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive whole sentences of one section, below the headings and the lead-in that go with them."""

    rendering: Rendering
    folded: FoldedText
    sentences: Sequence[SentenceText]

    @property
    def text(self) -> str:
        """What the reader reads: the rendering, folded as the question is written."""
        return self.folded.text

    def sources(self, starts: Rows, ends: Rows) -> tuple[Rows, Rows]:
        """Return where spans of `text` stand in the article; -1 for what is put in between."""
        if not isinstance(self.folded.starts, range):  # else nothing was folded
            starts = np.array([*self.folded.starts, len(self.rendering.text)])[starts]
            ends = np.array([0, *self.folded.ends])[ends]
        return self.rendering.sources(starts, ends)


def make_windows(
    candidates: Sequence[Candidate],
    texts: Callable[[Iterable[int]], Sequence[SentenceText]],
    own: int,
    question: str = "",
) -> Iterator[Window]:
    """Yield the windows around `candidates`, in their order, none twice.

    Each of the first `own` candidates gets a window; of the others, each that no earlier window contains.
    `texts` returns the sentences of the given rows, ascending, and nothing for rows that do not exist. A
    title that holds all terms of the `question` is left out: below it, every sentence would seem to answer.
    Numbers, times and dates that the question has are written as they are there. The number of a heading
    makes readers doubt that what follows is the answer: it is left out unless the question asks for it.
    """
    spellings = number_spellings(question)
    rows_shown: set[int] = set()
    windows_yielded: set[Span] = set()
    for place, candidate in enumerate(candidates):
        if place >= own and candidate.row in rows_shown:
            continue
        near = range(max(0, candidate.row - REACH), candidate.row + REACH + 1)
        sentences = [
            sentence
            for sentence in texts(near)
            if (sentence.article, sentence.section) == (candidate.article, candidate.section)
        ]
        centre = [sentence.row for sentence in sentences].index(candidate.row)
        renderings = [_rendered(sentence, question) for sentence in sentences]
        first, last = window_around(_placed(sentences, renderings), centre)
        rows = (sentences[first].row, sentences[last - 1].row)
        if rows not in windows_yielded:
            windows_yielded.add(rows)
            headings = _above(sentences[first:last], candidate, question)
            shown = _joined(sentences[first:last], renderings[first:last], above(headings))
            window = Window(shown, fold_like(shown.text, spellings), sentences[first:last])
            rows_shown.update(sentence.row for sentence in window.sentences)
            yield window


def window_around(sentences: Sequence[Sentence], centre: int, limit: int = CHARACTERS) -> Span:
    """Return the numbers of the first and the last sentence around `centre`, last exclusive.

    It grows by a sentence before, then by one after, in turns, up to `limit` characters: the sentence before
    says who "he" is. A longer sentence stands alone.
    """
    first, last = centre, centre + 1
    grown = True
    while grown:
        grown = False
        if first > 0 and sentences[last - 1].end - sentences[first - 1].start <= limit:
            first, grown = first - 1, True
        if last < len(sentences) and sentences[last].end - sentences[first].start <= limit:
            last, grown = last + 1, True
    return first, last


def _placed(sentences: Sequence[SentenceText], renderings: Sequence[Rendering]) -> list[Sentence]:
    """Place the sentences as long as they are read, with the gaps that they have in the article."""
    placed: list[Sentence] = []
    for number, rendering in enumerate(renderings):
        gap = sentences[number].start - sentences[number - 1].end if number else 0
        start = placed[-1].end + gap if placed else 0
        placed.append(Sentence(start, start + len(rendering.text)))
    return placed


def _rendered(sentence: SentenceText, question: str) -> Rendering:
    """Render a sentence as it is read: a heading without its number."""
    is_heading = sentence.block.kind is BlockKind.HEADING
    left_out = unasked_length(sentence.text, question) if is_heading else 0
    return render(sentence.text[left_out:], sentence.start + left_out, sentence.block)


def _joined(sentences: Sequence[SentenceText], renderings: Sequence[Rendering], text: str) -> Rendering:
    """Join the sentences below what is seen with them, `text`, with spaces for what lies between them."""
    pieces: list[RenderedSpan] = []
    for number, rendering in enumerate(renderings):
        if number:
            text += _gap(sentences[number - 1], sentences[number])
        placed = rendering.after(text)
        text = placed.text
        pieces += placed.pieces
    return Rendering(text, tuple(pieces))


def _gap(before: SentenceText, after: SentenceText) -> str:
    """Return what stands between two sentences: as many spaces as there is text, a stop between blocks."""
    spaces = " " * (after.start - before.end)
    is_open = before.block != after.block and before.text[-1:].isalnum()
    return "." + spaces if is_open else spaces


def _above(sentences: Sequence[SentenceText], candidate: Candidate, question: str) -> list[str]:
    """Return the headings above a window, and the candidate's lead-in if it is not in the window."""
    first, own = sentences[0].block, candidate.block
    begins_with_heading = first.kind is BlockKind.HEADING
    section = first.section if begins_with_heading else own.section
    is_in = any(own.lead in " ".join(sentence.text.split()) for sentence in sentences)
    lead = "" if is_in else own.lead
    title = candidate.title if own.section or lead or begins_with_heading else candidate.outer_title
    if title and begins_with_heading and not section:
        headings = (one.text for one in sentences if one.block.kind is BlockKind.HEADING)
        title = "" if any(holds_words(heading, title) for heading in headings) else title
    question_terms = frozenset(terms(question))
    if question_terms and question_terms.issubset(terms(title)):
        title = ""
    return [*(heading[unasked_length(heading, question) :] for heading in (title, *section)), lead]
