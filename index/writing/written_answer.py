"""Records of a written answer: its sentences, what each cites, and why some are struck."""

from dataclasses import dataclass
from enum import StrEnum, auto

from index.errors import FootnoteError, Reason


class StrikeReason(StrEnum):
    """Why a written sentence is struck, for programs."""

    NO_CITATION = auto()
    """It names no sentence that says so."""
    UNKNOWN_CITATION = auto()
    """It names a number that was not given."""
    NAME = auto()
    """It has a name that none of its sentences has."""
    NUMBER = auto()
    """It has a number, or a number with a unit, that its sentences do not have."""
    DATE = auto()
    """It has a date or a time that its sentences do not have."""
    QUOTATION = auto()
    """It quotes what its sentences do not say in these words."""
    NEGATION = auto()
    """It denies what its sentences affirm, or affirms what they deny."""
    OPPOSITE = auto()
    """It has the opposite of a word of its sentences: "before" for "after"."""
    EXCHANGE = auto()
    """Two of its names or numbers each stand where one of its sentences has the other one."""
    WORDS = auto()
    """It shares too few words with its sentences, as one in another language does."""
    UNSUPPORTED = auto()
    """The support checker finds it too unlikely that its sentences say so."""


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """One sentence that the language model wrote.

    `text` is without its footnote numbers: those are `citations`, numbers of the answer's, ascending.
    `score` is the probability, 0 to 1, that they say so; of one that is struck by a rule it is 0, and without
    a support checker that of all others is 1. `reason` says why it is struck, None if it is `supported`.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool
    score: float
    reason: StrikeReason | None = None

    @property
    def footnotes(self) -> str:
        """The footnote numbers as they are shown behind the sentence: `[1][3]`."""
        return "".join(f"[{number}]" for number in self.citations)


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What a language model wrote about an answer; the answer itself stands, whatever became of this.

    `text` is the supported sentences with their footnote numbers, "" if there is none. `sentences` holds all
    whole sentences, the `struck` ones, too. `failure` says why writing ended early, None if it did not,
    `problem` says so in words, and `remedy` what helps; sentences that were whole before that stand.
    `declined`: the model says that the sentences do not answer the question.
    """

    text: str
    sentences: tuple[WrittenSentence, ...]
    model: str
    struck: int
    failure: Reason | None = None
    problem: str = ""
    remedy: str = ""
    declined: bool = False

    @property
    def failed(self) -> bool:
        """Whether nothing could be written: it ended early, without a whole sentence."""
        return self.failure is not None and not self.sentences


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """How much may be written: sentences, tokens of the model, and seconds in all."""

    sentences: int = 4
    tokens: int = 400
    timeout: float = 60.0


def make_written_answer(
    sentences: tuple[WrittenSentence, ...],
    model: str,
    *,
    failure: FootnoteError | None = None,
    declined: bool = False,
) -> WrittenAnswer:
    """Return the written answer of these sentences."""
    supported = [sentence for sentence in sentences if sentence.supported]
    text = " ".join(f"{sentence.text}{sentence.footnotes}" for sentence in supported)
    return WrittenAnswer(
        text,
        sentences,
        model,
        len(sentences) - len(supported),
        failure.reason if failure else None,
        failure.message if failure else "",
        failure.remedy if failure else "",
        declined,
    )
