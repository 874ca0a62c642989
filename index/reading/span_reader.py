"""The trained reader: reads the text around the best candidates, marks the answer, weighs it with retrieval.

The weights of retrieval and reading, and of the confidence, are learnt; `reading.json` holds them.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.models.span_model import SpanModel, TokenScores
from index.reading.confidence import EVIDENCE, Calibration, evidence, logistic
from index.reading.reader import RankedQuestion, Reading
from index.reading.windows import Window, make_windows
from index.records import Idf, Ranked, Span
from index.retrieval.weights import READING_FILE, read_sections, weights_of
from index.storage.catalog import SentenceText

FIRST_WINDOWS = 4
"""Best candidates that have a window of their own each; so many windows are read first."""
MOST_WINDOWS = 8
SETTLED = math.log(0.9)
"""`Found.share` of a sentence in the first windows from which on no more are read."""
ANSWER_TOKENS = 30
"""Most tokens of an answer."""
MOST_LOG_ODDS = 20.0

RANK_FEATURES: tuple[str, ...] = ("retrieval", "mass", "share")
"""What orders the sentences: score of the ranking; `Found.mass` and `Found.share`."""
KEPT_EVIDENCE = ("bias", "dense", "missing_numbers", "terms", "asks")
"""What of `confidence.EVIDENCE` still counts once the sentence was read."""
CONFIDENCE_FEATURES: tuple[str, ...] = (*KEPT_EVIDENCE, "retrieval", "span", "negated")
"""What the confidence rests on: `retrieval` is the log-odds that retrieval alone gives to its own first
sentence; `negated` says that the question negates something and the sentence nothing."""
_NEGATION = re.compile(
    r"n[’']t\b|\b(?:not|never|no|nor|neither|without|unable|cannot)\b(?!\. ?\d)"
    r"|^(?:No|Not|Never|Neither|Without)\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the model finds in one sentence, by the mean of its scores in the windows that show it.

    Only windows count in which it has the same tokens as in the first; some tokenizers cut the beginning of a
    text otherwise.

    `place` holds the absolute offsets of the best span, and `span` its log-odds against "no answer here".
    `mass` are those of all spans of the sentence together, since how far an answer goes may be open where it
    is clear that one is there; `share` is their log-probability in the window where first and last token are
    drawn each by itself, "no answer here" among them.
    """

    place: Span
    span: float
    mass: float
    share: float


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """Weights of `JOINT` and of `SURE`, float64, in their order.

    `reader` is the sha256 of the settings of the reader that they were learnt for, Footnote's own.
    """

    joint: NDArray[np.float64]
    sure: NDArray[np.float64]
    reader: str = ""

    @classmethod
    def load(cls, text: str | None = None) -> Self:
        """Read the weights from `reading.json`, or from `text` of its form.

        Raises FootnoteError where they are damaged.
        """
        sections = read_sections("index.reading", READING_FILE, text)
        joint = weights_of(READING_FILE, sections, "joint", RANK_FEATURES)
        sure = weights_of(READING_FILE, sections, "confidence", CONFIDENCE_FEATURES)
        return cls(np.array(joint), np.array(sure), str(sections.get("reader", "none")))


class SpanReader:
    """Reads up to `MOST_WINDOWS` windows; `texts` gives the sentences of some rows, ascending."""

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

    def read(self, asked: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Read what was found for each question; see `Reader.read`.

        What was not read follows in its own order.
        """
        found = self.find_all([(one.question, one.ranked) for one in asked])
        return [self._readings(one, spans) for one, spans in zip(asked, found, strict=True)]

    def find(self, question: str, ranked: Sequence[Ranked]) -> dict[int, Found]:
        """Return what is found in each sentence that was read, by its row."""
        return self.find_all([(question, ranked)])[0]

    def find_all(self, asked: Sequence[tuple[str, Sequence[Ranked]]]) -> list[dict[int, Found]]:
        """Read for several questions at once; of each, return what `find` returns."""
        found: list[dict[int, Found]] = [{} for _ in asked]
        views: list[dict[int, list[_View]]] = [{} for _ in asked]
        windows = [
            make_windows([one for one, _ in ranked], self._texts, FIRST_WINDOWS) for _, ranked in asked
        ]
        for count in (FIRST_WINDOWS, MOST_WINDOWS - FIRST_WINDOWS):
            unsettled = [
                number
                for number, spans in enumerate(found)
                if not any(one.share >= SETTLED for one in spans.values())
            ]
            some = {number: cut for number in unsettled if (cut := list(islice(windows[number], count)))}
            scores = self._model.read_many(
                [(asked[number][0], [window.text for window in cut]) for number, cut in some.items()]
            )
            for (number, cut), scored in zip(some.items(), scores, strict=True):
                new = [
                    view
                    for window, tokens in zip(cut, scored, strict=True)
                    for view in _views(window, tokens)
                ]
                for view in new:
                    views[number].setdefault(view.sentence.row, []).append(view)
                for row in {view.sentence.row for view in new}:
                    found[number][row] = _found(views[number][row])
        return found

    def _readings(self, asked: RankedQuestion, found: Mapping[int, Found]) -> list[Reading]:
        joint = join(asked.ranked, found, self._weights.joint)
        if not joint:
            return []
        retrieval = self._retrieval.log_odds(asked.question, asked.ranked, asked.idf)
        evidence_of_it = confidence_features(asked.question, joint, found, asked.idf, retrieval)
        sure = logistic(float(evidence_of_it @ self._weights.sure))
        readings = []
        for candidate, score in joint[: asked.count]:
            mark = found[candidate.row].place if candidate.row in found else None
            readings.append(Reading(candidate, mark, sure * math.exp(min(0.0, score - joint[0][1]))))
        return readings


def join(ranked: Sequence[Ranked], found: Mapping[int, Found], weights: NDArray[np.float64]) -> list[Ranked]:
    """Return the candidates by their joint score, best first; those that were not read come after."""
    read = [pair for pair in ranked if pair[0].row in found]
    rest = [pair for pair in ranked if pair[0].row not in found]
    scores = rank_features(read, found) @ weights
    joined = sorted(
        ((candidate, float(score)) for (candidate, _), score in zip(read, scores, strict=True)),
        key=lambda pair: (-pair[1], pair[0].row),
    )
    floor = joined[-1][1] if joined else 0.0
    top = rest[0][1] if rest else 0.0
    return [*joined, *((candidate, floor + (score - top)) for candidate, score in rest)]


def rank_features(ranked: Sequence[Ranked], found: Mapping[int, Found]) -> NDArray[np.float64]:
    """Compute what `JOINT` names, float64 [n, len(JOINT)], for candidates that were read."""
    read = [(score, found[candidate.row]) for candidate, score in ranked]
    rows = [[score, one.mass, one.share] for score, one in read]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(RANK_FEATURES))


def confidence_features(
    question: str, joint: Sequence[Ranked], found: Mapping[int, Found], idf: Idf, retrieval: float
) -> NDArray[np.float64]:
    """Compute what `SURE` names, float64 [len(SURE)]; `joint` is best first, not empty."""
    first = joint[0][0]
    known = dict(zip(EVIDENCE, evidence(question, joint, idf).tolist(), strict=True))
    span = found[first.row].span if first.row in found else -MOST_LOG_ODDS
    kept = (known[name] for name in KEPT_EVIDENCE)
    negated = _NEGATION.search(question) is not None and _NEGATION.search(first.text) is None
    return np.array([*kept, retrieval, span, float(negated)])


@dataclass(frozen=True, slots=True)
class _View:
    """A sentence as a window shows it: its tokens, and `whole`, the log of the sum over the window's."""

    sentence: SentenceText
    tokens: TokenScores
    whole: float


def _views(window: Window, scored: TokenScores) -> Iterator[_View]:
    """Yield the sentences of a window that have tokens, whose offsets are those in the article."""
    if not len(scored.starts):
        return
    whole = _log_sum(scored.start) + _log_sum(scored.end)
    starts, ends = scored.starts + window.start, scored.ends + window.start
    for sentence in window.sentences:
        inside = np.flatnonzero(
            (starts < ends)  # some tokenizers have tokens of white space alone
            & (starts >= sentence.start)
            & (ends <= sentence.end)
        )
        if len(inside):
            tokens = TokenScores(starts[inside], ends[inside], scored.start[inside], scored.end[inside])
            yield _View(sentence, tokens, whole)


def _found(views: Sequence[_View]) -> Found:
    """Return what the views of one sentence show, of those that have the tokens of the first."""
    sentence, tokens = views[0].sentence, views[0].tokens
    same = [
        one
        for one in views
        if np.array_equal(one.tokens.starts, tokens.starts) and np.array_equal(one.tokens.ends, tokens.ends)
    ]
    table = _span_scores(
        np.mean([one.tokens.start for one in same], axis=0), np.mean([one.tokens.end for one in same], axis=0)
    )
    first, last, score = _best(table)
    end = int(tokens.ends[last])
    while end < sentence.end and unicodedata.category(sentence.text[end - sentence.start]).startswith("M"):
        end += 1  # tokenizers drop the marks that combine with the letter before
    mass = score + math.log(float(np.exp(table - score).sum()))
    share = mass - sum(one.whole for one in same) / len(same)
    return Found((int(tokens.starts[first]), end), *(_within(one) for one in (score, mass, share)))


def best_span(start: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int, float]:
    """Return the first and the last token of the best span of at most `ANSWER_TOKENS`, and its score.

    `start` and `end` are the scores of each token as the first and as the last of the span, [t].
    """
    return _best(_span_scores(start, end))


def _best(table: NDArray[np.float32]) -> tuple[int, int, float]:
    first, last = divmod(int(table.argmax()), table.shape[1])
    return first, last, float(table[first, last])


def _span_scores(start: NDArray[np.float32], end: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the score of each span by its first and last token, [t, t]; -inf where it is none."""
    table = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(table.shape, dtype=bool)) & np.tril(
        np.ones(table.shape, dtype=bool), ANSWER_TOKENS - 1
    )
    return np.where(allowed, table, -np.inf)


def _within(value: float) -> float:
    return max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, value))


def _log_sum(scores: NDArray[np.float32]) -> float:
    """Log of the sum of the exponentials, that of "no answer here", 0, included."""
    top = max(0.0, float(scores.max()))
    return top + math.log(math.exp(-top) + float(np.exp(scores.astype(np.float64) - top).sum()))
