"""Gaps of the library: stored questions without an answer, grouped, asked again, and laid out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.config import BotConfig
from bot.feedback.grouping import SameWords, group_alike, in_same_words
from bot.feedback.places import feedback_of
from bot.feedback.store import FeedbackError
from bot.feedback.unanswered import UnansweredQuestions
from bot.json_output import answer_object, dump
from bot.shown_citations import shown_citations
from bot.terminal.blocks import BLANK_LINE, StyledText, TextBlock
from bot.terminal.layouts import citation_blocks
from bot.terminal.opening import open_library
from bot.terminal.progress import progress
from bot.wording import count_with_noun, safe
from index.evaluation.gold_questions import GoldQuestion
from index.library import Library
from index.records import Answer


@dataclass(frozen=True, slots=True)
class Gap:
    """Similar questions, latest first, each with its answer of today's library."""

    questions: tuple[tuple[SameWords, Answer], ...]

    @property
    def count(self) -> int:
        """Times that these questions were asked."""
        return sum(question.count for question, _ in self.questions)

    @property
    def is_closed(self) -> bool:
        """Whether all these questions have an answer by now."""
        return all(answer.answerable for _, answer in self.questions)


@dataclass(frozen=True, slots=True)
class GapExport:
    """Questions that still have no answer, and how many were left out because they have one by now."""

    questions: tuple[GoldQuestion, ...]
    answered: int

    @property
    def lines(self) -> str:
        """Lines that `footnote eval` reads, one object each. Raises FeedbackError if there is no question."""
        if not self.questions:
            raise FeedbackError("there is no question to export", f"Questions that were left out: {self}")
        return "".join(f"{dump(question.model_dump())}\n" for question in self.questions)

    def __str__(self) -> str:
        return f"{self.answered} answered by now"

    @property
    def counts(self) -> dict[str, int]:
        """Number of questions, and of those left out."""
        return {"questions": len(self.questions), "answered": self.answered}


def stored_questions(config: BotConfig) -> UnansweredQuestions:
    """Return the unanswered questions that the bot stored."""
    return UnansweredQuestions(feedback_of(config), config.discord.keep_days)


def find_gaps(config: BotConfig) -> list[Gap]:
    """Group the stored questions and ask them again; the library is opened only if there are any."""
    questions = in_same_words(stored_questions(config).list())
    if not questions:
        return []
    library = open_library(config)
    groups = group_alike(questions, library.question_vectors([each.latest.question for each in questions]))
    answers = _ask_all(library, questions)
    return [Gap(tuple((each, answers[each.latest.row]) for each in group)) for group in groups]


def _ask_all(library: Library, questions: Sequence[SameWords]) -> dict[int, Answer]:
    answers = {}
    with progress() as report:
        for number, each in enumerate(questions):
            report("asking again", number, len(questions))
            answers[each.latest.row] = library.ask(each.latest.question)
        report("asking again", len(questions), len(questions))
    return answers


def export(gaps: Iterable[Gap]) -> GapExport:
    """Collect the questions that still have no answer."""
    asked = [pair for gap in gaps for pair in gap.questions]
    return GapExport(
        tuple(
            GoldQuestion(id=f"unanswered-{each.latest.row}", question=each.latest.question, answerable=False)
            for each, answer in asked
            if not answer.answerable
        ),
        sum(answer.answerable for _, answer in asked),
    )


def gap_object(gap: Gap) -> dict[str, Any]:
    """Return the object of a group; its citations are those of its latest question."""
    (latest, answer), *_ = gap.questions
    return {
        "count": gap.count,
        "last_asked": latest.latest.asked,
        "answered": gap.is_closed,
        "questions": [
            {
                "id": f"unanswered-{each.latest.row}",
                "question": each.latest.question,
                "count": each.count,
                "last_asked": each.latest.asked,
                "answered": answer.answerable,
            }
            for each, answer in gap.questions
        ],
        "citations": answer_object(answer)["citations"],
    }


def gap_blocks(gaps: Sequence[Gap], config: BotConfig) -> list[TextBlock]:
    """Lay out groups: how often and when they were asked, the questions, and what is nearest to the latest.

    If there are none, the file is named that they are stored in, or the key that has them stored.
    """
    if not gaps:
        if not config.discord.keep_unanswered:
            return [TextBlock((StyledText("no unanswered questions: [discord] keep_unanswered is off"),))]
        place = feedback_of(config).place
        return [TextBlock((StyledText(f"no unanswered questions yet in {safe(place)}"),))]
    closed = sum(gap.is_closed for gap in gaps)
    asked = count_with_noun(sum(gap.count for gap in gaps), "unanswered question")
    groups = count_with_noun(len(gaps), "group")
    blocks = [TextBlock((StyledText(f"{asked} in {groups}, {closed} answered by now", "title"),))]
    for gap in gaps:
        blocks += [BLANK_LINE, *_blocks_of(gap)]
    return blocks


def _blocks_of(gap: Gap) -> list[TextBlock]:
    (latest, answer), *_ = gap.questions
    status = StyledText("answered by now", "ok") if gap.is_closed else StyledText("no answer", "fail")
    times = "once" if gap.count == 1 else f"{gap.count} times"
    blocks = [TextBlock((status, StyledText(f", asked {times}, last {latest.latest.asked}", "aside")))]
    for each, its_answer in gap.questions:
        closed = " (answered by now)" if its_answer.answerable and not gap.is_closed else ""
        words = StyledText(" ".join(safe(each.latest.question).split())), StyledText(closed, "aside")
        blocks.append(TextBlock(words, f"{each.count:>4}× "))
    return blocks + citation_blocks(shown_citations(answer))


def forgotten_blocks(count: int) -> list[TextBlock]:
    """Say how many questions were deleted."""
    return [TextBlock((StyledText(f"deleted {count_with_noun(count, 'question')}"),))]
