"""Windows that a reader reads: runs of whole sentences around the best candidates."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.records import Candidate, Sentence, Span
from index.storage.catalog import SentenceText

CHARACTERS = 480
"""Most characters of a window of several sentences: about 110 tokens of English."""
REACH = 8
"""Most sentences that a window has on either side of its candidate."""


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive whole sentences of one article; `text` begins at its offset `start`."""

    start: int
    text: str
    sentences: Sequence[SentenceText]


def make_windows(
    candidates: Sequence[Candidate], texts: Callable[[Iterable[int]], Sequence[SentenceText]], own: int
) -> Iterator[Window]:
    """Yield the windows around `candidates`, in their order, none twice.

    Each of the first `own` candidates gets a window; of the others, each that no earlier window contains.
    `texts` returns the sentences of the given rows, ascending, and nothing for rows that do not exist.
    """
    rows_shown: set[int] = set()
    windows_yielded: set[Span] = set()
    for place, candidate in enumerate(candidates):
        if place >= own and candidate.row in rows_shown:
            continue
        near = range(max(0, candidate.row - REACH), candidate.row + REACH + 1)
        sentences = [sentence for sentence in texts(near) if sentence.article == candidate.article]
        centre = [sentence.row for sentence in sentences].index(candidate.row)
        spans = [Sentence(sentence.start, sentence.end) for sentence in sentences]
        first, last = window_around(spans, centre)
        rows = (sentences[first].row, sentences[last - 1].row)
        if rows not in windows_yielded:
            windows_yielded.add(rows)
            window = _joined(sentences[first:last])
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


def _joined(sentences: Sequence[SentenceText]) -> Window:
    """Join the sentences, each at its place in the article, with spaces for what lies between them."""
    start = sentences[0].start
    text = ""
    for sentence in sentences:
        text += " " * (sentence.start - start - len(text)) + sentence.text
    return Window(start, text, sentences)
