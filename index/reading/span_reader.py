"""Trained reader: reads the text around the best candidates, marks the answer, weighs it with retrieval.

The weights of retrieval and reading, and of the confidence, are learnt; `reading.json` holds them.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.models.span_model import SpanModel, TokenScores
from index.reading.confidence import EVIDENCE, Calibration, evidence, logistic
from index.reading.enumerators import enumerator_length
from index.reading.explanation import Explanation, explain
from index.reading.reader import RankedQuestion, Reading
from index.reading.whole_words import widen
from index.reading.windows import Window, make_windows
from index.records import BlockKind, Candidate, Idf, ScoredCandidate, Span
from index.retrieval.weights import WeightsFile
from index.segmentation.folding import fold_characters
from index.storage.catalog import SentenceText

FIRST_WINDOWS = 3
"""The best candidates, this many, get a window of their own each; these windows are read first."""
MOST_WINDOWS = 5
CONCLUSIVE_LOG_SHARE = math.log(0.9)
"""No more windows are read once a sentence of the first ones has this `window_log_share`."""
ANSWER_TOKENS = 30
"""Most tokens of an answer."""
MOST_LOG_ODDS = 20.0

RANK_FEATURES: tuple[str, ...] = ("retrieval", "sentence_log_odds", "window_log_share")
"""What orders the sentences: the score of retrieval's ranking, and two fields of `SentenceScores`."""
SHARED_EVIDENCE = ("bias", "dense", "missing_numbers", "terms", "asks")
"""The part of `confidence.EVIDENCE` that still counts once the sentence has been read."""
CONFIDENCE_FEATURES: tuple[str, ...] = (
    *SHARED_EVIDENCE,
    "retrieval",
    "span_log_odds",
    "window_log_share",
    "negated",
)
"""What the confidence rests on: `retrieval` is the log-odds that retrieval alone gives to its own first
sentence; `negated` says that the question negates something and the sentence nothing."""
_NUMBERED = frozenset((BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.CONTENTS))
# "isn't", "never", "No taxi came"; not the "No" of "No. 5".
_NEGATION = re.compile(
    r"n[’']t\b|\b(?:not|never|no|nor|neither|without|unable|cannot)\b(?!\. ?\d)"
    r"|^(?:No|Not|Never|Neither|Without)\b"
)


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """The model's scores for one sentence: the mean over the windows that contain it.

    Only windows count that split the sentence into the same tokens as the first one does; some tokenizers
    split the beginning of a text differently.

    `highlight` holds the absolute offsets of the best span, and `span_log_odds` its log-odds against "no
    answer here". `sentence_log_odds` are those of all spans of the sentence together: it may be clear that
    there is an answer, but not how far it goes. `window_log_share` is the log-probability that a first and
    a last token, each drawn by itself from the window's tokens and "no answer here", are a span of it.
    """

    highlight: Span
    span_log_odds: float
    sentence_log_odds: float
    window_log_share: float


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """Weights of `RANK_FEATURES` and of `CONFIDENCE_FEATURES`, float64, in their order.

    `reader` is the sha256 of the settings of the reader that they were learnt for, Footnote's own.
    """

    ranking: NDArray[np.float64]
    confidence: NDArray[np.float64]
    reader: str = ""

    @classmethod
    def load(cls, text: str | None = None) -> Self:
        """Read the weights from `reading.json`, or from `text` in its format.

        Raises FootnoteError if they are damaged.
        """
        file = WeightsFile.read(Path(__file__).with_name("reading.json"), text)
        return cls(
            file.section("ranking", RANK_FEATURES),
            file.section("confidence", CONFIDENCE_FEATURES),
            str(file.sections.get("reader", "none")),
        )


class SpanReader:
    """Reads up to `MOST_WINDOWS` windows; `texts` returns the sentences of the given rows, ascending."""

    def __init__(
        self,
        model: SpanModel,
        texts: Callable[[Iterable[int]], Sequence[SentenceText]],
        weights: ReadingWeights,
    ) -> None:
        self._model = model
        self._texts = texts
        self._weights = weights
        self._retrieval = Calibration.load()

    def read(self, questions: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Read the candidates of each question; see `Reader.read`.

        Candidates that no window shows follow in retrieval's order.
        """
        scores = self.score_many([(question.question, question.ranked) for question in questions])
        return [self._readings(*pair) for pair in zip(questions, scores, strict=True)]

    def score(self, question: str, ranked: Sequence[ScoredCandidate]) -> dict[int, SentenceScores]:
        """Return the scores of each sentence that was read, by its row."""
        return self.score_many([(question, ranked)])[0]

    def score_many(
        self, questions: Sequence[tuple[str, Sequence[ScoredCandidate]]]
    ) -> list[dict[int, SentenceScores]]:
        """Read for several questions at once; return for each what `score` returns."""
        scores: list[dict[int, SentenceScores]] = [{} for _ in questions]
        views: list[dict[int, list[_View]]] = [{} for _ in questions]
        windows = [
            make_windows([candidate for candidate, _ in ranked], self._texts, FIRST_WINDOWS, question)
            for question, ranked in questions
        ]
        for count in (FIRST_WINDOWS, MOST_WINDOWS - FIRST_WINDOWS):
            open_questions = [
                number
                for number, of_rows in enumerate(scores)
                if not any(of_row.window_log_share >= CONCLUSIVE_LOG_SHARE for of_row in of_rows.values())
            ]
            batch = {
                number: cut for number in open_questions if (cut := list(islice(windows[number], count)))
            }
            token_scores = self._model.read_many(
                [
                    (fold_characters(questions[number][0]).text, [window.text for window in cut])
                    for number, cut in batch.items()
                ]
            )
            for (number, cut), tokens_of_windows in zip(batch.items(), token_scores, strict=True):
                new = [
                    view
                    for window, tokens in zip(cut, tokens_of_windows, strict=True)
                    for view in _views(window, tokens)
                ]
                for view in new:
                    views[number].setdefault(view.sentence.row, []).append(view)
                for row in {view.sentence.row for view in new}:
                    scores[number][row] = _sentence_scores(views[number][row])
        return scores

    def _readings(self, question: RankedQuestion, scores: Mapping[int, SentenceScores]) -> list[Reading]:
        ranked = rerank(question.ranked, scores, self._weights.ranking)
        if not ranked:
            return []
        features = self._confidence_features(question, ranked, scores)
        confidence = logistic(float(features @ self._weights.confidence))
        readings = []
        for candidate, score in ranked[: question.readings]:
            mark = _mark(candidate, scores[candidate.row]) if candidate.row in scores else None
            readings.append(Reading(candidate, mark, confidence * math.exp(min(0.0, score - ranked[0][1]))))
        return readings

    def _confidence_features(
        self,
        question: RankedQuestion,
        ranked: Sequence[ScoredCandidate],
        scores: Mapping[int, SentenceScores],
    ) -> NDArray[np.float64]:
        retrieval = self._retrieval.log_odds(question.question, question.ranked, question.idf)
        return confidence_features(question.question, ranked, scores, question.idf, retrieval)

    def explain(self, question: RankedQuestion) -> Explanation:
        """Explain what `read` returns for a question."""
        scores = self.score(question.question, question.ranked)
        ranked = rerank(question.ranked, scores, self._weights.ranking)
        read = {row: of_row.sentence_log_odds for row, of_row in scores.items()}
        found = {
            candidate.row: _mark(candidate, scores[candidate.row])
            for candidate, _ in ranked
            if candidate.row in scores
        }
        if not ranked:
            return explain(ranked, read, found, None)
        features = self._confidence_features(question, ranked, scores)
        return explain(ranked, read, found, (CONFIDENCE_FEATURES, features, self._weights.confidence))


def _mark(candidate: Candidate, scores: SentenceScores) -> Span:
    """Return the best span of a candidate, widened to whole words."""
    start, end = scores.highlight
    start, end = widen(candidate.text, start - candidate.start, end - candidate.start)
    return candidate.start + start, candidate.start + end


def rerank(
    ranked: Sequence[ScoredCandidate], scores: Mapping[int, SentenceScores], weights: NDArray[np.float64]
) -> list[ScoredCandidate]:
    """Order the candidates that were read by retrieval and reading together, best first; the rest follow."""
    read = [pair for pair in ranked if pair[0].row in scores]
    rest = [pair for pair in ranked if pair[0].row not in scores]
    totals = rank_features(read, scores) @ weights
    reranked = sorted(
        ((candidate, float(total)) for (candidate, _), total in zip(read, totals, strict=True)),
        key=lambda pair: (-pair[1], pair[0].row),
    )
    floor = reranked[-1][1] if reranked else 0.0
    top = rest[0][1] if rest else 0.0
    return [*reranked, *((candidate, floor + (score - top)) for candidate, score in rest)]


def rank_features(
    ranked: Sequence[ScoredCandidate], scores: Mapping[int, SentenceScores]
) -> NDArray[np.float64]:
    """Compute `RANK_FEATURES`, float64 [n, len(RANK_FEATURES)], for candidates that were read."""
    read = [(retrieval, scores[candidate.row]) for candidate, retrieval in ranked]
    rows = [[retrieval, own.sentence_log_odds, own.window_log_share] for retrieval, own in read]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(RANK_FEATURES))


def confidence_features(
    question: str,
    ranked: Sequence[ScoredCandidate],
    scores: Mapping[int, SentenceScores],
    idf: Idf,
    retrieval: float,
) -> NDArray[np.float64]:
    """Compute `CONFIDENCE_FEATURES`, float64; `ranked` is what `rerank` returns, not empty."""
    first = ranked[0][0]
    own_evidence = dict(zip(EVIDENCE, evidence(question, ranked, idf).tolist(), strict=True))
    shared = (own_evidence[name] for name in SHARED_EVIDENCE)
    own = scores.get(first.row)
    read = (own.span_log_odds, own.window_log_share) if own else (-MOST_LOG_ODDS, -MOST_LOG_ODDS)
    negated = _NEGATION.search(question) is not None and _NEGATION.search(first.text) is None
    return np.array([*shared, retrieval, *read, float(negated)])


@dataclass(frozen=True, slots=True)
class _View:
    """A sentence as a window shows it: the scores of its tokens, and the log-sum of all the window's."""

    sentence: SentenceText
    tokens: TokenScores
    window_log_sum: float


def _views(window: Window, tokens: TokenScores) -> Iterator[_View]:
    """Yield a view of each sentence of a window that has tokens, with their offsets in the article."""
    if not len(tokens.starts):
        return
    starts, ends = window.sources(tokens.starts, tokens.ends)
    readable = starts >= 0
    if not readable.any():
        return
    window_log_sum = _log_sum(tokens.start[readable]) + _log_sum(tokens.end[readable])
    for sentence in window.sentences:
        number = enumerator_length(sentence.text) if sentence.block.kind in _NUMBERED else 0
        inside = np.flatnonzero(
            (starts < ends)  # some tokenizers have tokens of white space alone
            & (starts >= sentence.start + number)
            & (ends <= sentence.end)
        )
        if len(inside):
            own = TokenScores(starts[inside], ends[inside], tokens.start[inside], tokens.end[inside])
            yield _View(sentence, own, window_log_sum)


def _sentence_scores(views: Sequence[_View]) -> SentenceScores:
    """Return the mean of one sentence's views, of those that have the tokens of the first."""
    sentence, tokens = views[0].sentence, views[0].tokens
    alike = [
        view
        for view in views
        if np.array_equal(view.tokens.starts, tokens.starts) and np.array_equal(view.tokens.ends, tokens.ends)
    ]
    table = _span_scores(
        np.mean([view.tokens.start for view in alike], axis=0),
        np.mean([view.tokens.end for view in alike], axis=0),
    )
    first, last, score = _best(table)
    end = int(tokens.ends[last])
    while end < sentence.end and unicodedata.category(sentence.text[end - sentence.start]).startswith("M"):
        end += 1  # tokenizers drop the marks that combine with the letter before
    log_sum = score + math.log(float(np.exp(table - score).sum()))
    log_share = log_sum - sum(view.window_log_sum for view in alike) / len(alike)
    return SentenceScores((int(tokens.starts[first]), end), *map(_clipped, (score, log_sum, log_share)))


def best_span(start: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int, float]:
    """Return the first and the last token of the best span of at most `ANSWER_TOKENS`, and its score.

    `start` and `end` are the scores of each token as the first and as the last of the span, [t].
    """
    return _best(_span_scores(start, end))


def _best(table: NDArray[np.float32]) -> tuple[int, int, float]:
    first, last = divmod(int(table.argmax()), table.shape[1])
    return first, last, float(table[first, last])


def _span_scores(start: NDArray[np.float32], end: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the score of each span by its first and last token, [t, t]; -inf if it is none."""
    table = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(table.shape, dtype=bool)) & np.tril(
        np.ones(table.shape, dtype=bool), ANSWER_TOKENS - 1
    )
    return np.where(allowed, table, -np.inf)


def _clipped(value: float) -> float:
    return max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, value))


def _log_sum(scores: NDArray[np.float32]) -> float:
    """Return the log of the sum of the exponentials of `scores` and of 0, the score of "no answer here"."""
    top = max(0.0, float(scores.max()))
    return top + math.log(math.exp(-top) + float(np.exp(scores.astype(np.float64) - top).sum()))
