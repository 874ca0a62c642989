"""Hybrid retrieval: which sentences may answer a question, by meaning and by words.

Three lists meet in one pool: the sentences nearest to the question, the sentences of the nearest passages,
and the best sentences by BM25. Every sentence of the pool then gets all three scores.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.catalog import Catalog
from index.lexical import Lexical, best, terms
from index.records import Candidate
from index.vectors import Vectors

NEAREST_SENTENCES = 100
NEAREST_PASSAGES = 20
BEST_BY_WORDS = 100
CANDIDATES = 40
"""How many of the pool go on to the ranking, by the plain sum of the three scores."""

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Retriever:
    """The four files of an index that find sentences; safe to share between threads."""

    catalog: Catalog
    sentences: Vectors
    passages: Vectors
    lexical: Lexical

    def retrieve(self, question: str, vector: Floats, article: int | None = None) -> list[Candidate]:
        """Find candidates for a question, likeliest first by a rough score.

        `vector` is the question's, [dimension]; `article` narrows the search to the article of that row.
        """
        words = self.lexical.scores(terms(question))
        pool = self._pool(vector, words) if article is None else self._article_pool(vector, words, article)
        if not len(pool):
            return []
        holders = np.array(self.catalog.passages_of(pool))
        dense = self.sentences.scores(vector, pool)
        unique, places = np.unique(holders, return_inverse=True)
        passage = self.passages.scores(vector, unique)[places]
        lexical = words[pool]
        order = best(_rough(dense, passage, lexical), CANDIDATES)
        return [
            Candidate(
                row=sentence.row,
                article=sentence.article,
                number=sentence.number,
                start=sentence.start,
                end=sentence.end,
                text=sentence.text,
                dense=float(dense[place]),
                passage=float(passage[place]),
                lexical=float(lexical[place]),
                terms=tuple(sentence.terms.split()),
                terms_before=tuple(sentence.terms_before.split()),
                terms_after=tuple(sentence.terms_after.split()),
                terms_title=tuple(sentence.terms_title.split()),
            )
            for place, sentence in zip(order, self.catalog.sentences(pool[order]), strict=True)
        ]

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term among all sentences, as Lucene's BM25 has it."""
        frequency = self.lexical.frequency(term)
        return float(np.log1p((len(self.sentences) - frequency + 0.5) / (frequency + 0.5)))

    def _pool(self, vector: Floats, words: Floats) -> Rows:
        near = self.sentences.search(vector[None], NEAREST_SENTENCES)[1][0]
        passages = self.passages.search(vector[None], NEAREST_PASSAGES)[1][0]
        inside = self.catalog.sentences_in(passages[passages >= 0])
        worded = best(words, min(BEST_BY_WORDS, int(np.count_nonzero(words))))
        return np.unique(np.concatenate([near[near >= 0], np.array(inside, dtype=np.int64), worded]))

    def _article_pool(self, vector: Floats, words: Floats, article: int) -> Rows:
        """Pool of one article: all its sentences, or of a book-long one the best by meaning and by words."""
        rows = self.catalog.article_row(article).sentence_rows
        if len(rows) <= NEAREST_SENTENCES + BEST_BY_WORDS:
            return np.arange(rows.start, rows.stop)
        dense: Floats = self.sentences.rows(rows.start, rows.stop) @ vector
        own = words[rows.start : rows.stop]
        worded = best(own, min(BEST_BY_WORDS, int(np.count_nonzero(own))))
        return np.unique(np.concatenate([best(dense, NEAREST_SENTENCES), worded])) + rows.start


def _rough(dense: Floats, passage: Floats, lexical: Floats) -> Floats:
    """Add the three scores, BM25 as a share of the pool's best; weights from a grid on SQuADShifts."""
    top = float(lexical.max())
    rough: Floats = dense + 0.5 * passage + (0.5 / top if top > 0 else 0.0) * lexical
    return rough
