"""Rules that a written sentence must pass without any model: what it states has to stand in what it cites.

Each name, number, date and quotation must stand in a cited sentence, in its title or headings, or in the
question, none of them in the place of another, and the sentence may neither deny what the sources affirm nor
say the opposite of a word of theirs.
The rules are for English; sentences in another language than their sources share too few words with them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from rapidfuzz.distance import LCSseq

from index.records import Citation
from index.segmentation.folding import fold_characters, fold_text
from index.segmentation.search_terms import STOP_WORDS, fold, terms
from index.writing.common_words import common_words
from index.writing.places import exchanges
from index.writing.polarity import Polarity, denies_otherwise, polarity, says_opposite
from index.writing.quantities import Quantities, quantities, stated_alone, without_dates
from index.writing.sentence_citations import CitedSentence
from index.writing.written_answer import StrikeReason

LEAST_SHARE = 1 / 3
"""Least part of the stems of a sentence that its sources, or the question, have."""
MOST_CITED = 3
"""Of more sentences that a written one cites, only those count that have most of what it says."""

_WORD = re.compile(r"[^\W_]+(?:['&./-][^\W_]+)*")
_PARTS = re.compile(r"[-/&]")
_QUOTED = re.compile(r"\"([^\"]+)\"|(?<!\w)'([^'\n]{3,}?)'(?!\w)")
_ADDRESS = re.compile(
    r"\w+://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/\S*)?",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?|(?:[^\W\d_]\.)+[^\W\d_]")
_DEMONYM = ("n", "ns", "i", "is", "s")
"""Endings that make "Syrian" of "Syria", and "Iraqis" of "Iraq"."""
_MARKS = ".,;:!?…"
_TWO_OF_THEM = re.compile(r"\b(?:the|these|those|his|her|its|their|other|all) two\b", re.IGNORECASE)
"""Two things that stand in the sources: they need not be counted there."""
LEAST_ECHO = 2 / 3
"""Least part of the stems of a sentence, in their order, of one that says a source again."""


@dataclass(frozen=True, slots=True)
class SourceWords:
    """A citation as the rules see it: the sentence, and its title and headings above it."""

    number: int
    sentence: str
    above: tuple[str, ...]
    words: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Return the source that a citation is."""
        sentence, above = citation.quotation[0], (citation.article.title, *citation.section)
        texts = (sentence, citation.sentence, *above)
        return cls(
            citation.number,
            sentence,
            above,
            _words(*texts),
            frozenset(stem for text in texts for stem in terms(text)),
        )


class QuestionWords:
    """A question as the rules see it: what it names may be named in the answer."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = _words(text)
        self.stems = frozenset(terms(text))
        self.polarity = polarity(text)


def cited_sources(sentence: CitedSentence, sources: Sequence[SourceWords]) -> tuple[SourceWords, ...]:
    """Return the sources that a sentence cites; of more than `MOST_CITED`, those that have what it says.

    Numbers that were not given are left out.
    """
    cited = [source for source in sources if source.number in sentence.numbers]
    if len(cited) <= MOST_CITED:
        return tuple(cited)
    missing = {*terms(sentence.text)}
    chosen: list[SourceWords] = []
    while len(chosen) < MOST_CITED:
        best = max(cited, key=lambda source: len(missing & source.stems))
        if not missing & best.stems:
            break
        chosen.append(best)
        missing -= best.stems
    return tuple(source for source in cited if source in chosen)


def strike_reason(
    sentence: CitedSentence, sources: Sequence[SourceWords], question: QuestionWords, *, judged: bool = False
) -> StrikeReason | None:
    """Return why a sentence is struck, None if no rule strikes it; `sources` are all that were given.

    If a checker judges it, too, negation only counts in a sentence that says a source again, word for word:
    what is said in other words may be denied in others.
    """
    if not sentence.numbers:
        return StrikeReason.NO_CITATION
    if not {*sentence.numbers} <= {source.number for source in sources}:
        return StrikeReason.UNKNOWN_CITATION
    cited = cited_sources(sentence, sources)
    text = sentence.text
    stems = frozenset(terms(text))
    shared = stems & frozenset().union(question.stems, *(source.stems for source in cited))
    if len(shared) < max(1, LEAST_SHARE * len(stems)) or not any(stems & source.stems for source in cited):
        return StrikeReason.WORDS
    if any(not _is_quoted(quoted, cited, question) for quoted in _quotations(text)):
        return StrikeReason.QUOTATION
    texts = [text for source in cited for text in (source.sentence, *source.above)]
    addresses = (address.strip(_MARKS + "()<>\"' ") for address in _ADDRESS.findall(text))
    if not all(any(_plain(address) in _plain(known) for known in texts) for address in addresses):
        return StrikeReason.NAME
    if reason := _unstated_quantity(
        quantities(_TWO_OF_THEM.sub("both", text)), quantities(question.text, *texts)
    ):
        return reason
    if not _are_named(text, cited, question):
        return StrikeReason.NAME
    reason = _otherwise(polarity(text), polarity(*(source.sentence for source in cited)), question.polarity)
    if judged and reason is StrikeReason.NEGATION and not any(_echoes(text, source) for source in cited):
        reason = None
    if reason is None and exchanges(text, [source.sentence for source in cited]):
        return StrikeReason.EXCHANGE
    return reason


def _echoes(text: str, source: SourceWords) -> bool:
    """Tell whether a text says what a source says in the same words and the same order."""
    said, read = terms(text), terms(source.sentence)
    common = LCSseq.similarity(said, read)
    return bool(said) and common >= LEAST_ECHO * len(said)


def _unstated_quantity(statement: Quantities, sources: Quantities) -> StrikeReason | None:
    stated = stated_alone(statement)
    if stated.unstated_date(sources):
        return StrikeReason.DATE
    return StrikeReason.NUMBER if stated.unstated_number(sources) else None


def _otherwise(statement: Polarity, sources: Polarity, question: Polarity) -> StrikeReason | None:
    if denies_otherwise(statement, sources, question):
        return StrikeReason.NEGATION
    return StrikeReason.OPPOSITE if says_opposite(statement, sources, question) else None


def _quotations(text: str) -> list[str]:
    """Return what a text quotes."""
    return [double or single for double, single in _QUOTED.findall(fold_characters(text).text)]


def _is_quoted(quoted: str, cited: Sequence[SourceWords], question: QuestionWords) -> bool:
    """Tell whether words stand as they are in one of the sources, but for case and the marks at their end."""
    wanted = _plain(quoted).strip(_MARKS + " ")
    texts = (text for source in cited for text in (source.sentence, *source.above))
    return any(wanted in _plain(text) for text in (*texts, question.text))


def _plain(text: str) -> str:
    return " ".join(fold(fold_text(text).text).split())


def _words(*texts: str) -> frozenset[str]:
    """Return the words of some texts as names are compared: folded, in parts, too, initials without dots."""
    found: set[str] = set()
    months = quantities(*texts).month_words
    for text in texts:
        for word in _tokens(text):
            found.update((_name(word), *map(_name, _PARTS.split(word))))
            if len(word) > 1 and word.isupper():
                found.add(word)  # as it is: it may stand for the initials of a name
        capitals = [word[0] for word in _tokens(text) if word[0].isupper() and fold(word) not in STOP_WORDS]
        # "United Nations" may be called UN
        found.update(
            "".join(capitals[at : at + size]).lower() for size in (2, 3, 4) for at in range(len(capitals))
        )
    return frozenset(found | months)


def _tokens(text: str) -> list[str]:
    folded = fold_characters(text).text
    return _WORD.findall(_INITIALS.sub(lambda initials: initials[0].replace(".", ""), folded))


def _name(word: str) -> str:
    return fold(word).removesuffix("'s").replace(".", "")


def _are_named(text: str, cited: Sequence[SourceWords], question: QuestionWords) -> bool:
    """Tell whether each run of words with capital letters stands in a source, or in the question."""
    known = [source.words | question.words for source in cited]
    stems = frozenset().union(question.stems, *(source.stems for source in cited))
    return all(any(_is_run_of(run, words) for words in known) for run in _names(text, stems))


def _is_run_of(run: Sequence[str], words: frozenset[str]) -> bool:
    """Tell whether a name of several words stands among some words, or its initials do."""
    initials = "".join(word[0] for word in run)
    return all(_is_known(word, words) for word in run) or (len(run) > 1 and initials in words)


def _names(text: str, stems: frozenset[str]) -> list[list[str]]:
    """Return the runs of words with capital letters in a text that may be names."""
    rest, _ = without_dates(text)
    rest = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), rest)
    found = list(_WORD.finditer(rest))
    runs: list[list[str]] = []
    end = -1
    for at, match in enumerate(found):
        word = match[0]
        if not _has_capital(word) or fold(word) in STOP_WORDS:
            continue
        follows = at + 1 < len(found) and found[at + 1].start() == match.end() + 1
        if at == 0 and _opens(word, stems, before_name=follows and _has_capital(found[1][0])):
            continue
        if runs and match.start() == end + 1:
            runs[-1].append(word)
        else:
            runs.append([word])
        end = match.end()
    return runs


def _has_capital(word: str) -> bool:
    return any(map(str.isupper, word))


def _opens(word: str, stems: frozenset[str], *, before_name: bool) -> bool:
    """Tell whether the first word of a sentence has its capital letter from that alone.

    A word of the sources has, unless it may be the first name of the one that it stands before.
    """
    folded = fold(word)
    if word != folded.capitalize():  # "NATO", "McDonald"
        return False
    if folded in common_words() or not terms(folded):
        return True
    return not before_name and not stems.isdisjoint(terms(folded))


def _is_known(word: str, words: frozenset[str]) -> bool:
    """Tell whether a name stands among some words, itself or as "Syrian" for "Syria"."""
    if _is_one_of(_name(word), words):
        return True
    parts = [part for part in _PARTS.split(word) if _has_capital(part)]
    return len(parts) > 0 and "-" in word and all(_is_one_of(_name(part), words) for part in parts)


def _is_one_of(name: str, words: frozenset[str]) -> bool:
    if name in words or any(f"{name}{ending}" in words for ending in _DEMONYM if len(name) >= 4):
        return True
    return any(name.endswith(end) and name.removesuffix(end) in words for end in _DEMONYM if len(name) > 4)
