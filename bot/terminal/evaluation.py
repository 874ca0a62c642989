"""Evaluation: asks the questions, and lays out the figures."""

from collections.abc import Sequence

from bot.remedies import remedy_for
from bot.terminal.blocks import BLANK_LINE, Block, Piece
from bot.terminal.progress import progress
from bot.wording import count_with_noun
from index.errors import FootnoteError
from index.evaluation.gold_questions import GoldQuestion, QuestionFileError
from index.evaluation.measures import Evaluation
from index.library import Library
from index.records import Answer

CITATIONS = 3


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


def evaluation_blocks(result: Evaluation) -> list[Block]:
    """Lay out an evaluation: one figure a line, then the cost of each threshold."""
    unanswerable = result.questions - result.answerable
    rows = (
        ("citation hit@1", _share(result.hit_at_1), "a right sentence is cited first"),
        ("citation hit@3", _share(result.hit_at_3), "among the first three"),
        ("answer F1", _share(result.answer_f1), "words shared with the nearest known answer"),
        ("exact match", _share(result.exact_match), "the same words"),
        ("holds the answer", _share(result.contains_gold), "a known answer, perhaps within more"),
        ("abstention AUROC", _number(result.abstention_auroc), "confidence tells answerable from not"),
        (
            f"accuracy at {result.threshold:g}",
            _share(result.accuracy),
            "right sentence first, or rightly declined",
        ),
        ("  answered", _share(result.answered), f"of {result.answerable} answerable"),
        ("  declined", _share(result.declined), f"of {unanswerable} not answerable"),
        ("calibration error", _number(result.calibration_error), "confidence against being right, 15 bins"),
        ("median time", f"{result.median_ms:.1f} ms", "a question"),
    )
    heading = f"{count_with_noun(result.questions, 'question')}, {result.answerable} answerable"
    blocks = [Block((Piece(heading, "title"),)), BLANK_LINE]
    for name, figure, meaning in rows:
        blocks.append(Block((Piece(f"{name:<19}{figure:>9}"), Piece(f"   {meaning}", "aside"))))
    blocks += [BLANK_LINE, Block((Piece("threshold   answered   of these wrong", "aside"),))]
    for point in result.risk_coverage:
        wrong = _share(point.risk)
        blocks.append(Block((Piece(f"{point.threshold:>9.1f}{_share(point.coverage):>11}{wrong:>17}"),)))
    return blocks


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
