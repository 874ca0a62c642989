"""Evaluation: asks the questions, and lays out the figures."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.config import BotConfig
from bot.json_output import answer_object
from bot.remedies import remedy_for
from bot.terminal.blocks import BLANK_LINE, StyledText, TextBlock
from bot.terminal.opening import open_library
from bot.terminal.progress import progress
from bot.wording import count_with_noun, safe
from index.errors import FootnoteError
from index.evaluation.failures import Failure, FailureKind, failures, missing_gold
from index.evaluation.gold_questions import GoldQuestion, QuestionFileError, read_questions
from index.evaluation.measures import Evaluation, evaluate, first_hit
from index.library import Library
from index.records import NO_ANSWER, Answer
from index.segmentation.characters import escape_unseen

log = logging.getLogger(__name__)

CITATIONS = 3

_OUTCOMES = (
    ("  answered rightly", "a right sentence first, or"),
    ("  declined rightly", "not answerable"),
    ("answered wrongly", "of all questions"),
    ("declined wrongly", "of all questions"),
)


def evaluate_file(
    config: BotConfig, file: Path, *, with_failures: bool
) -> tuple[dict[str, Any], list[TextBlock]]:
    """Ask the questions of a file; return the figures as an object, and laid out for people."""
    questions = read_questions(file)
    library = open_library(config)
    answers = ask_all(library, questions)
    name_missing_gold(library, questions, answers)
    threshold = config.answer.threshold
    result = evaluate(questions, answers, threshold, config.answer.maybe_from(threshold))
    figures, blocks = asdict(result), evaluation_blocks(result)
    if with_failures:
        failed = failures(questions, answers, threshold)
        figures["failures"] = list(map(failure_object, failed))
        blocks += failure_blocks(failed)
    return figures, blocks


def ask_all(library: Library, questions: Sequence[GoldQuestion]) -> list[Answer]:
    """Answer every question whatever the confidence: the threshold is among what is evaluated.

    Raises QuestionFileError that names the question that cannot be asked.
    """
    answers = []
    with progress() as report:
        for number, gold in enumerate(questions):
            report("answering questions", number, len(questions))
            try:
                answer = library.ask(gold.question, article=gold.article, top_k=CITATIONS, threshold=0.0)
            except FootnoteError as error:
                raise QuestionFileError(f"question {gold.id}: {error.message}", remedy_for(error)) from None
            answers.append(answer)
        report("answering questions", len(questions), len(questions))
    return answers


def name_missing_gold(library: Library, questions: Sequence[GoldQuestion], answers: Sequence[Answer]) -> None:
    """Warn of gold sentences that stand in no article: they count as misses, whatever is answered."""
    missed = [
        gold
        for gold, answer in zip(questions, answers, strict=True)
        if gold.answerable and first_hit(gold, answer) is None
    ]
    texts = {row.id: library.article(row.id).text for row in library.articles()} if missed else {}
    for gold, sentence in missing_gold(missed, texts):
        log.warning("question %s: no article holds the gold sentence %r", gold.id, safe(sentence)[:200])


def evaluation_blocks(result: Evaluation) -> list[TextBlock]:
    """Lay out an evaluation: one figure a line, then the outcome at each threshold."""
    outcomes = zip(_OUTCOMES, _outcomes(result), strict=True)
    rows = (
        ("citation hit@1", _share(result.hit_at_1), "a right sentence is cited first"),
        ("citation hit@3", _share(result.hit_at_3), "among the first three"),
        ("answer F1", _share(result.answer_f1), "words shared with the nearest known answer"),
        ("exact match", _share(result.exact_match), "the same words"),
        ("holds the answer", _share(result.contains_gold), "a known answer, perhaps within more"),
        ("abstention AUROC", _number(result.abstention_auroc), "confidence tells answerable from not"),
        (f"accuracy at {result.threshold:g}", _share(result.accuracy), "the share of all questions that are"),
        *((name, _share(share), meaning) for (name, meaning), share in outcomes),
        ("shown as a maybe", _share(result.maybe), 'of all questions: "not sure, but this may be it"'),
        ("  a right sentence", _share(result.maybe_right), "of those maybes"),
        ("calibration error", _number(result.calibration_error), "confidence against being right, 15 bins"),
        ("median time", f"{result.median_ms:.1f} ms", "a question"),
    )
    heading = f"{count_with_noun(result.questions, 'question')}, {result.answerable} answerable"
    blocks = [TextBlock((StyledText(heading, "title"),)), BLANK_LINE]
    for name, figure, meaning in rows:
        blocks.append(TextBlock((StyledText(f"{name:<19}{figure:>9}"), StyledText(f"   {meaning}", "aside"))))
    blocks += [
        BLANK_LINE,
        TextBlock((StyledText("threshold   answered rightly   wrongly   declined", "aside"),)),
    ]
    for point in result.risk_coverage:
        wrong = point.coverage * (point.risk or 0)
        shares = (point.coverage - wrong, wrong, 1 - point.coverage)
        columns = zip(map(_share, shares), (19, 10, 11), strict=True)
        text = f"{point.threshold:>9.1f}" + "".join(f"{share:>{width}}" for share, width in columns)
        blocks.append(TextBlock((StyledText(text),)))
    return blocks


def failure_blocks(failed: Sequence[Failure]) -> list[TextBlock]:
    """Lay out the failed questions: each with what was expected, and what came."""
    blocks = [BLANK_LINE, TextBlock((StyledText(_failure_counts(failed), "title"),))]
    for failure in failed:
        gold, confidence = failure.question, f"{failure.answer.confidence:.0%}"
        rank = f"; the right sentence is number {failure.rank}" if (failure.rank or 0) > 1 else ""
        blocks += [
            BLANK_LINE,
            TextBlock((StyledText(safe(gold.question)),), f"{safe(str(gold.id))}  "),
            TextBlock((StyledText(f"{failure.kind}, confidence {confidence}{rank}", "aside"),), "    "),
            *(
                TextBlock((StyledText(text),), f"    {label:<10}")
                for label, text in _expected_and_came(failure)
            ),
        ]
    return blocks


def _failure_counts(failed: Sequence[Failure]) -> str:
    marked = sum(failure.kind is FailureKind.MARKED_WRONGLY for failure in failed)
    also = f", and {count_with_noun(marked, 'answer')} marked wrongly in the right sentence" if marked else ""
    return f"{count_with_noun(len(failed) - marked, 'question')} failed{also}"


def _expected_and_came(failure: Failure) -> list[tuple[str, str]]:
    """Return the lines of a failed question, each with its label."""
    gold, answer = failure.question, failure.answer
    sentences = [
        f"{safe(citation.sentence)} ({escape_unseen(citation.article.id)})"
        for citation in answer.citations[:1]
    ]
    if failure.kind is FailureKind.MARKED_WRONGLY:
        expected = [("expected", safe(known)) for known in gold.known_answers]
        return [*expected, ("marked", safe(answer.answer or "")), ("in", sentences[0])]
    gold_sentences = gold.gold_sentences if gold.answerable else (NO_ANSWER,)
    return [
        *(("expected", safe(sentence)) for sentence in gold_sentences),
        *(("came", sentence) for sentence in sentences or (NO_ANSWER,)),
    ]


def failure_object(failure: Failure) -> dict[str, Any]:
    """Return the object of a failed question."""
    return {
        "id": failure.question.id,
        "kind": str(failure.kind),
        "expected": list(failure.question.gold_sentences),
        "expected_answers": list(failure.question.known_answers),
        "rank": failure.rank,
        "answer": answer_object(failure.answer),
    }


def _outcomes(result: Evaluation) -> tuple[float, ...]:
    """Return the shares of all questions: answered and declined rightly, answered and declined wrongly."""
    answerable = result.answerable / result.questions
    declined_rightly = (result.declined or 0) * (1 - answerable)
    answered_rightly = (result.accuracy or 0) - declined_rightly
    declined_wrongly = (1 - (result.answered or 0)) * answerable
    answered_wrongly = 1 - declined_rightly - answered_rightly - declined_wrongly
    return answered_rightly, declined_rightly, max(answered_wrongly, 0.0), declined_wrongly


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
