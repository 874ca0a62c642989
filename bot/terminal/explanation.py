"""Layout of an explanation: why an answer came out as it did, in words."""

from bot.explanation_words import CANDIDATE_COLUMNS, explanation_in_words
from bot.terminal.blocks import BLANK_LINE, Row, StyledText, TextBlock, TextTable
from index.reading.explanation import Explanation
from index.records import Answer


def explanation_blocks(
    explanation: Explanation, answer: Answer, threshold: float, maybe_from: float
) -> list[TextBlock | TextTable]:
    """Lay out an explanation of an answer; it needed a confidence of `threshold`, a maybe of `maybe_from`."""
    words = explanation_in_words(explanation, answer, threshold, maybe_from)
    blocks: list[TextBlock | TextTable] = [BLANK_LINE, TextBlock((StyledText(words.decision, "title"),))]
    if words.unknown:
        blocks.append(TextBlock((StyledText(words.unknown),)))
    if not words.candidates:
        return blocks
    blocks += [TextBlock((StyledText(words.needed),)), BLANK_LINE]
    *parts, (total, sum_) = words.parts
    rows: list[Row] = [((log_odds,), (StyledText(meaning),)) for log_odds, meaning in parts]
    rows.append(((total,), (StyledText(sum_, "title"),)))
    blocks += [TextTable(("log-odds", "what the confidence is made of"), tuple(rows)), BLANK_LINE]
    blocks.append(TextBlock((StyledText(words.compared, "title"),)))
    candidates: list[Row] = []
    for candidate in words.candidates:
        candidates += [
            (candidate.figures, (StyledText(candidate.text),)),
            ((), (StyledText(candidate.below, "aside"),)),
        ]
    return [*blocks, TextTable((*CANDIDATE_COLUMNS, "sentence, and what was found"), tuple(candidates))]
