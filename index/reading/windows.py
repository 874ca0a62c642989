"""Windows: the runs of whole sentences around the best candidates, which are what a reader reads."""

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
    """Whole neighbouring sentences of one article; `text` begins at offset `start` of the article."""

    start: int
    text: str
    sentences: Sequence[SentenceText]


def make_windows(
    candidates: Sequence[Candidate], texts: Callable[[Iterable[int]], Sequence[SentenceText]], own: int
) -> Iterator[Window]:
    """Yield the windows around `candidates`, in their order, none twice.

    Each of the first `own` has a window around it; of the others, each that no earlier window holds. `texts`
    gives the sentences of some rows, ascending, and none for rows that do not exist.
    """
    held: set[int] = set()
    made: set[Span] = set()
    for place, candidate in enumerate(candidates):
        if place >= own and candidate.row in held:
            continue
        near = range(max(0, candidate.row - REACH), candidate.row + REACH + 1)
        sentences = [one for one in texts(near) if one.article == candidate.article]
        centre = next(number for number, one in enumerate(sentences) if one.row == candidate.row)
        first, last = window_around([Sentence(one.start, one.end) for one in sentences], centre)
        rows = (sentences[first].row, sentences[last - 1].row)
        if rows not in made:
            made.add(rows)
            window = _joined(sentences[first:last])
            held.update(one.row for one in window.sentences)
            yield window


def window_around(sentences: Sequence[Sentence], centre: int, limit: int = CHARACTERS) -> Span:
    """Return the numbers of the first and the last sentence around `centre`, last exclusive.

    Grows by a sentence before, then by one after, in turns, while at most `limit` characters lie between its
    ends: what comes before says who "he" is. A sentence longer than that stands alone.
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
    """Put the sentences together as they stand in the article, with spaces for what lies between them."""
    start = sentences[0].start
    text = ""
    for sentence in sentences:
        text += " " * (sentence.start - start - len(text)) + sentence.text
    return Window(start, text, sentences)
