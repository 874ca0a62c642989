"""To be described."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.feedback.export import Export
from bot.feedback.store import Entry
from bot.terminal.blocks import EMPTY, Block, Piece
from bot.terminal.layouts import UNANSWERED
from bot.wording import counted, safe


def entry_object(entry: Entry) -> dict[str, Any]:
    """Return the object of one judgement."""
    judged = entry.judgement
    return {
        "id": f"feedback-{entry.row}",
        "judged": entry.judged,
        "right": judged.right,
        "note": entry.note,
        "question": judged.question,
        "answer": judged.answer,
        "asked_in": judged.asked_in,
        "article": judged.article,
        "sentence": judged.sentence,
        "index": judged.index,
    }


def export_blocks(found: Export) -> list[Block]:
    """Say how many questions were exported, and how many verdicts were left out."""
    return [
        Block((Piece(f"exported {counted(len(found.questions), 'question')}"),)),
        Block((Piece(f"left out: {found}", "aside"),)),
    ]


def feedback_blocks(entries: Sequence[Entry], path: Path) -> list[Block]:
    """Lay out judgements, oldest first: the verdict, the question, what the bot said, and the note.

    `path` is where they are kept, named where there is none.
    """
    if not entries:
        return [Block((Piece(f"no verdicts yet in {safe(str(path))}"),))]
    right = sum(entry.judgement.right for entry in entries)
    blocks = [Block((Piece(f"{right} right, {len(entries) - right} wrong", "title"),))]
    for entry in entries:
        judged = entry.judgement
        answered = judged.answer is not None
        verdict = Piece(*(("right", "ok") if judged.right else ("wrong", "fail")))
        said = Piece(safe(judged.answer or UNANSWERED), "mark" if answered else "unanswered")
        source = [Piece(f" ({safe(judged.article)})", "aside")] if answered and judged.article else []
        blocks += [
            EMPTY,
            Block((verdict, Piece(f", {entry.judged}", "aside"))),
            Block((Piece(safe(judged.question)),), "  asked  "),
            Block((said, *source), "  said   "),
        ]
        if entry.note:
            blocks.append(Block((Piece(safe(entry.note)),), "  note   "))
    return blocks
