"""Articles given as lists of sentences: their texts by row, and candidates, without a catalog."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from index.records import Candidate
from index.segmentation.search_terms import terms
from index.storage.catalog import SentenceText

Part = tuple[str, str]
"""What stands before a sentence, and the sentence."""


class SentenceTexts:
    """Articles whose sentences have rows that run through all of them."""

    def __init__(self, *articles: Sequence[Part]) -> None:
        self.articles = ["".join(gap + text for gap, text in article) for article in articles]
        self.sentences: list[SentenceText] = []
        for number, article in enumerate(articles):
            ends = accumulate(len(gap) + len(text) for gap, text in article)
            for (_, text), end in zip(article, ends, strict=True):
                row = len(self.sentences)
                self.sentences.append(SentenceText(row, number, end - len(text), end, text))

    @classmethod
    def of(cls, *articles: Sequence[str]) -> "SentenceTexts":
        """Put a space between the sentences of each article."""
        return cls(
            *([(" " * (number > 0), text) for number, text in enumerate(article)] for article in articles)
        )

    def texts(self, rows: Iterable[int]) -> list[SentenceText]:
        """Read sentences as the catalog does."""
        wanted_rows = set(rows)
        return [sentence for sentence in self.sentences if sentence.row in wanted_rows]

    def candidate(self, row: int) -> Candidate:
        sentence = self.sentences[row]
        article, start, end, text = sentence.article, sentence.start, sentence.end, sentence.text
        return Candidate(row, article, start, end, text, 0.5, 0.4, 2.0, tuple(terms(text)), (), (), ())
