"""Windows: the runs of whole sentences around a candidate that a reader sees at once."""

from collections.abc import Sequence

from index.records import Sentence, Span

CHARACTERS = 480
"""Most characters of a window of several sentences: about 110 tokens of English."""


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
