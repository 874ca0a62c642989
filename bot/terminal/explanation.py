"""Layout of an explanation: why an answer came out as it did, in words."""

from bot.explanation_words import CANDIDATE_COLUMNS, explanation_in_words
from bot.terminal.blocks import BLANK_LINE, Block, Piece, Row, Table
from index.reading.explanation import Explanation
from index.records import Answer


def explanation_blocks(
    explanation: Explanation, answer: Answer, threshold: float, maybe_from: float
) -> list[Block | Table]:
    """Lay out an explanation of an answer; it needed a confidence of `threshold`, a maybe of `maybe_from`."""
    words = explanation_in_words(explanation, answer, threshold, maybe_from)
    blocks: list[Block | Table] = [BLANK_LINE, Block((Piece(words.decision, "title"),))]
    if words.unknown:
        blocks.append(Block((Piece(words.unknown),)))
    if not words.candidates:
        return blocks
    blocks += [Block((Piece(words.needed),)), BLANK_LINE]
    *parts, (total, sum_) = words.parts
    rows: list[Row] = [((log_odds,), (Piece(meaning),)) for log_odds, meaning in parts]
    rows.append(((total,), (Piece(sum_, "title"),)))
    blocks += [Table(("log-odds", "what the confidence is made of"), tuple(rows)), BLANK_LINE]
    blocks.append(Block((Piece(words.compared, "title"),)))
    candidates: list[Row] = []
    for candidate in words.candidates:
        candidates += [
            (candidate.figures, (Piece(candidate.text),)),
            ((), (Piece(candidate.below, "aside"),)),
        ]
    return [*blocks, Table((*CANDIDATE_COLUMNS, "sentence, and what was found"), tuple(candidates))]
