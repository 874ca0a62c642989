"""Which texts ask something: the words and marks of questions.

The weights of the ranking and of the confidence were learnt with rules that differ a little from the ones for
people's questions; `as_learnt` chooses those.
"""

import re

QUESTION_WORDS = tuple("who whom whose what which when where why how".split())
AUXILIARIES = tuple("is are was were do does did has have had can could will would should".split())
"""Verbs that begin a question and hardly ever a statement."""

_MARK = re.compile("[?？؟]")
_FINAL_MARK = re.compile(r"[?？؟]\W*$")
_ADDRESS = re.compile(r"https?://\S+")
_OPENING = re.compile(rf"\W*(?:{'|'.join(QUESTION_WORDS + AUXILIARIES)})\b", re.IGNORECASE)
_LEARNT = re.compile(
    rf"\?|\b(?:{'|'.join(QUESTION_WORDS)})\b|^\W*(?:{'|'.join(AUXILIARIES)}|may|might)\b", re.IGNORECASE
)


def is_question(text: str, *, as_learnt: bool = False) -> bool:
    """Tell whether `text` asks: it has a question mark, or begins with a question word or an auxiliary verb.

    A web address has no question marks. `as_learnt`, a question word counts wherever it stands, "may" and
    "might" are auxiliaries, and "?" is the only mark.
    """
    if as_learnt:
        return _LEARNT.search(text) is not None
    words = _ADDRESS.sub("", text)
    return _MARK.search(words) is not None or _OPENING.match(words) is not None


def ends_with_question_mark(text: str, *, as_learnt: bool = False) -> bool:
    """Tell whether a question mark ends `text`, whatever other punctuation follows it.

    `as_learnt`, "?" is the only mark, and only quotation marks, closing brackets and spaces may follow it.
    """
    if as_learnt:
        return text.rstrip("\"'”’) ").endswith("?")
    return _FINAL_MARK.search(text) is not None
