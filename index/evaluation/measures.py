"""Measures of quality: right sentences cited, right answers marked, and the other questions declined."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.evaluation.gold_questions import GoldQuestion
from index.records import Answer
from index.segmentation.characters import UNSPACED

BINS = 15
_WORD = re.compile(r"[^\W_]+")
_SPACED = rf"[^\W_{UNSPACED}]"
THRESHOLDS = tuple(step / 10 for step in range(10))


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Effect of a threshold: the share of questions answered, and the share of these that are wrong."""

    threshold: float
    coverage: float
    risk: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Quality over a file of questions; shares are from 0 to 1, or None if there was nothing to measure.

    Hits, F1, exact match and `contains_gold` are means over the answerable questions, whatever the threshold;
    all questions count in the rest. `accuracy` is the share handled correctly at `threshold`: answered with a
    gold sentence cited first, or declined if the articles do not say. `maybe` is the share of all questions
    whose first sentence is shown as what may answer, `maybe_right` of these the share with a gold one.
    """

    questions: int
    answerable: int
    hit_at_1: float | None
    hit_at_3: float | None
    answer_f1: float | None
    exact_match: float | None
    contains_gold: float | None
    abstention_auroc: float | None
    threshold: float
    accuracy: float | None
    answered: float | None
    declined: float | None
    maybe: float | None
    maybe_right: float | None
    calibration_error: float | None
    median_ms: float | None
    risk_coverage: tuple[RiskPoint, ...]


def evaluate(
    questions: Sequence[GoldQuestion], answers: Sequence[Answer], threshold: float, maybe_from: float
) -> Evaluation:
    """Measure `answers`, given at threshold 0 with 3 citations or more, as if given at `threshold`.

    From a confidence of `maybe_from` on, a declined one is a maybe.
    """
    pairs = list(zip(questions, answers, strict=True))
    answerable_pairs = [(gold, answer) for gold, answer in pairs if gold.answerable]
    ranks = [first_hit(gold, answer) for gold, answer in answerable_pairs]
    known = [(gold, answer) for gold, answer in answerable_pairs if gold.known_answers]
    spans = [(gold.known_answers, answer.answer or "") for gold, answer in known]
    confidence = np.array([answer.confidence for answer in answers], dtype=np.float64)
    answerable = np.array([gold.answerable for gold in questions], dtype=bool)
    right = np.array([first_hit(gold, answer) == 1 for gold, answer in pairs], dtype=bool)
    answered = confidence >= threshold
    maybe = ~answered & (confidence >= maybe_from)
    return Evaluation(
        questions=len(pairs),
        answerable=len(answerable_pairs),
        hit_at_1=_mean([rank == 1 for rank in ranks]),
        hit_at_3=_mean([rank is not None and rank <= 3 for rank in ranks]),
        answer_f1=_mean([max(token_f1(gold, answer) for gold in golds) for golds, answer in spans]),
        exact_match=_mean([normalised(answer) in map(normalised, golds) for golds, answer in spans]),
        contains_gold=_mean([holds_known_answer(gold, answer) for gold, answer in known]),
        abstention_auroc=auroc(confidence[answerable], confidence[~answerable]),
        threshold=threshold,
        accuracy=_mean(np.where(answerable, answered & right, ~answered)),
        answered=_mean(answered[answerable]),
        declined=_mean(~answered[~answerable]),
        maybe=_mean(maybe),
        maybe_right=_mean(right[maybe]),
        calibration_error=calibration_error(confidence, right),
        median_ms=float(np.median([answer.elapsed_ms for answer in answers])) if answers else None,
        risk_coverage=tuple(_risk(confidence, right, point) for point in THRESHOLDS),
    )


def first_hit(gold: GoldQuestion, answer: Answer) -> int | None:
    """Return the number, from 1, of the first citation that holds a gold sentence; None if none does."""
    gold_sentences = [words_in(sentence) for sentence in gold.gold_sentences] if gold.answerable else []
    for citation in answer.citations:
        sentence = words_in(citation.sentence)
        if any(holds_words(sentence, text) for text in gold_sentences):
            return citation.number
    return None


def holds_known_answer(gold: GoldQuestion, answer: Answer) -> bool:
    """Tell whether an answer is one of the known ones, perhaps within more, or none is known."""
    text = f" {normalised(answer.answer or '')} "
    return not gold.known_answers or any(f" {normalised(known)} " in text for known in gold.known_answers)


def normalised(answer: str) -> str:
    """Return an answer without case, punctuation, articles and spacing (SQuAD, Rajpurkar et al. 2016)."""
    text = answer.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def token_f1(gold: str, answer: str) -> float:
    """Return the harmonic mean of precision and recall over the words of two answers, as in SQuAD."""
    gold_words, words = normalised(gold).split(), normalised(answer).split()
    shared = (Counter(gold_words) & Counter(words)).total()
    return 2 * shared / (len(gold_words) + len(words)) if shared else float(gold_words == words)


def auroc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float | None:
    """Return the chance that a positive scores above a negative, ties counting half (Mann, Whitney 1947)."""
    if not len(positive) or not len(negative):
        return None
    ordered = np.sort(negative)
    wins = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(wins.sum() / 2 / len(positive) / len(negative))


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float | None:
    """Return the expected calibration error over `BINS` bins of equal width (Guo et al. 2017)."""
    if not len(confidence):
        return None
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _risk(confidence: NDArray[np.float64], right: NDArray[np.bool_], threshold: float) -> RiskPoint:
    answered = confidence >= threshold
    wrong = _mean(~right[answered])
    return RiskPoint(threshold, float(answered.mean()) if len(answered) else 0.0, wrong)


def _mean(values: Sequence[float] | NDArray[np.bool_]) -> float | None:
    return float(np.mean(values)) if len(values) else None


def holds_words(text: str, words: str) -> bool:
    """Tell whether `text` holds `words`, both as `words_in` returns them: "15 euros" does not hold "5 euros".

    In scripts without spaces, a part of what looks like one word counts.
    """
    if words not in text:
        return False
    before = rf"(?<!{_SPACED})" if re.match(_SPACED, words) else ""
    after = rf"(?!{_SPACED})" if re.match(_SPACED, words[-1:]) else ""
    return re.search(before + re.escape(words) + after, text) is not None


def words_in(text: str) -> str:
    """Return the words and figures of `text` without the marks around them.

    A sentence copied out of a file, "| **Kittiwake** | 2006", is the one that is cited: "Kittiwake 2006".
    """
    return " ".join(_WORD.findall(text)) or " ".join(text.split())
