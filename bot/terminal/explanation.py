"""Layout of an explanation: why an answer came out as it did, in words."""

import math
from collections.abc import Callable, Mapping

from bot.terminal.blocks import BLANK_LINE, Block, Piece
from bot.wording import count_with_noun, safe
from index.reading.confidence import logistic
from index.reading.explanation import Compared, ConfidencePart, Explanation
from index.records import Answer

_LEAST = 0.05
"""Log-odds of the smallest part of the confidence that is shown."""
_START = "bias"
_SHOWN = 100
"""Characters of a candidate that are shown."""

MEANINGS: Mapping[str, Callable[[float], str]] = {
    _START: lambda _: "to begin with, before anything is found",
    "retrieval": lambda value: f"search alone finds a sentence that answers {logistic(value):.0%} likely",
    "span_log_odds": lambda value: (
        f"read in context, the first answers the question at {logistic(value):.0%}"
    ),
    "dense": lambda value: f"its meaning is near the question's: {value:.2f}, 1 is the same",
    "passage": lambda value: f"the text around it is as near in meaning as {value:.2f}",
    "terms": lambda value: (
        f"the question has {count_with_noun(round(math.expm1(value)), 'word')} to search by"
    ),
    "asks": lambda _: "the question is put as one",
    "negated": lambda _: 'the question says "not" or the like, the sentence does not',
    "margin": lambda value: f"it leads the second sentence by {value:.1f}",
    "certainty": lambda value: f"its share among all sentences compared is {value:.0%}",
    "best_dense": lambda _: "no sentence is nearer in meaning",
    "best_lexical": lambda _: "no sentence shares more words with the question",
    "covered": lambda value: f"it holds {value:.0%} of the question's words, by weight",
    "missing": lambda _: "a rare word of the question is neither in it nor near it",
    "missing_names": lambda value: f"{value:.0%} of the question's names are neither in it nor near it",
    "missing_numbers": lambda value: f"{value:.0%} of the question's numbers are not in it",
    "misfits": lambda _: "a name, a place or a reason is asked for, and it mentions none",
    "miscounts": lambda _: "a date, a number or an amount is asked for, and it mentions none",
}
"""What each part of the confidence says, of either reader, for its value."""


def explanation_blocks(
    explanation: Explanation, answer: Answer, threshold: float, maybe_from: float
) -> list[Block]:
    """Lay out an explanation of an answer; it needed a confidence of `threshold`, a maybe of `maybe_from`."""
    if not explanation.parts:
        return [
            BLANK_LINE,
            Block((Piece("Why: there is no sentence to compare with the question.", "title"),)),
        ]
    reached = "an answer needs" if answer.answerable else "too little: an answer needs"
    why = f"Why: the first sentence answers at {answer.confidence:.0%}; {reached} {threshold:.0%}"
    blocks = [
        BLANK_LINE,
        Block((Piece(f"{why}, a maybe {maybe_from:.0%}.", "title"),)),
        BLANK_LINE,
    ]
    parts = sorted(explanation.parts, key=lambda part: (part.name != _START, -abs(part.log_odds)))
    for part in parts:
        if abs(part.log_odds) >= _LEAST:
            blocks.append(Block((Piece(_meaning(part)),), f"  {_signed(part.log_odds):>6}  "))
    total = sum(part.log_odds for part in explanation.parts)
    sum_of_all = f"the sum, as log-odds: {answer.confidence:.0%}"
    blocks.append(Block((Piece(sum_of_all, "title"),), f"  {_signed(total):>6}  "))
    counts = (
        f"{count_with_noun(explanation.candidates, 'sentence')} compared, {explanation.read} of them read"
    )
    blocks += [BLANK_LINE, Block((Piece(f"{counts} in context. The best:", "title"),))]
    blocks.append(Block((Piece("  meaning  words  read", "aside"),)))
    return blocks + [_candidate(compared) for compared in explanation.best]


def _candidate(compared: Compared) -> Block:
    candidate = compared.candidate
    read = "–" if compared.read is None else f"{logistic(compared.read):.0%}"
    text = safe(candidate.text)
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return Block((Piece(shown),), f"  {candidate.dense:>7.2f}{candidate.lexical:>7.1f}{read:>6}  ")


def _meaning(part: ConfidencePart) -> str:
    return MEANINGS[part.name](part.value) if part.name in MEANINGS else part.name


def _signed(log_odds: float) -> str:
    return f"{log_odds:+.1f}".replace("-", "\u2212")
