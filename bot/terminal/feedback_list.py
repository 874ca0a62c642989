"""Layout of the feedback: a list of verdicts, and what an export left out."""

from collections.abc import Sequence
from typing import Any

from bot.feedback.store import Judgement, StoredJudgement
from bot.terminal.blocks import BLANK_LINE, StyledText, TextBlock
from bot.wording import count_with_noun, safe
from index.records import NO_ANSWER

NOT_STORED = "by somebody else, so the question is not stored"
"""Said in place of a question that somebody else asked than who judged the answer."""


def entry_object(entry: StoredJudgement) -> dict[str, Any]:
    """Return the object of one judgement."""
    judgement = entry.judgement
    return {
        "id": f"feedback-{entry.row}",
        "judged": entry.judged,
        "right": judgement.right,
        "note": entry.note,
        "question": judgement.question,
        "answer": judgement.answer,
        "asked_in": judgement.asked_in,
        "article": judgement.article,
        "sentence": judgement.sentence,
        "index": judgement.index,
    }


def export_blocks(questions: int, left_out: str) -> list[TextBlock]:
    """Say how many questions were exported, and what was left out."""
    return [
        TextBlock((StyledText(f"exported {count_with_noun(questions, 'question')}"),)),
        TextBlock((StyledText(f"left out: {left_out}", "aside"),)),
    ]


def forgotten_blocks(count: int) -> list[TextBlock]:
    """Say how many verdicts of a person were deleted."""
    return [TextBlock((StyledText(f"deleted {count_with_noun(count, 'verdict')}"),))]


def feedback_blocks(entries: Sequence[StoredJudgement], place: str) -> list[TextBlock]:
    """Lay out judgements, oldest first: the verdict, the question, what the bot said, and the note.

    `place` is where they are stored, named if there are none.
    """
    if not entries:
        return [TextBlock((StyledText(f"no verdicts yet in {safe(place)}"),))]
    right = sum(entry.judgement.right for entry in entries)
    blocks = [TextBlock((StyledText(f"{right} right, {len(entries) - right} wrong", "title"),))]
    for entry in entries:
        verdict = StyledText(*(("right", "ok") if entry.judgement.right else ("wrong", "fail")))
        blocks += [BLANK_LINE, TextBlock((verdict, StyledText(f", {entry.judged}", "aside")))]
        blocks += _asked_blocks(entry.judgement)
        if entry.note:
            blocks.append(TextBlock((StyledText(safe(entry.note)),), "  note   "))
    return blocks


def _asked_blocks(judgement: Judgement) -> list[TextBlock]:
    if judgement.question is None:
        return [TextBlock((StyledText(NOT_STORED, "aside"),), "  asked  ")]
    answered = judgement.answer is not None
    said = StyledText(safe(judgement.answer or NO_ANSWER), "mark" if answered else "unanswered")
    source = [StyledText(f" ({safe(judgement.article)})", "aside")] if answered and judgement.article else []
    return [
        TextBlock((StyledText(safe(judgement.question)),), "  asked  "),
        TextBlock((said, *source), "  said   "),
    ]
