"""Polarity of a text: what it denies, and which of two opposites it says. The rules are for English."""

import re
from collections import Counter
from dataclasses import dataclass

from index.segmentation.folding import fold_characters
from index.segmentation.search_terms import STOP_WORDS, terms

_NEGATORS = frozenset(
    "not no never none nobody nothing neither nor nowhere cannot without hardly barely unable fail fails"
    " failed failing refuse refuses refused refusing deny denies denied denying lack lacks lacked lacking"
    " prevent prevents prevented preventing".split()
)
_HALF_NEGATORS = frozenset(
    "except few little rarely seldom only prohibit prohibits prohibited ban bans banned forbid forbids"
    " forbidden reject rejects rejected avoid avoids avoided stop stops stopped absent missing free out"
    " instead unless until too against closed impossible invalid unlikely".split()
)
"""Words after which what a text denies may be said with "not"."""
_OF_THINGS = frozenset("no none nobody nothing neither nor".split())
"""Negators of things: "it killed no civilians" denies what stands before them, too."""
_BEFORE_NOUNS = frozenset("no none neither nor".split())
_GOES_ON = frozenset("in on at by of for from with to as only because".split())
_UNCOUNTED = STOP_WORDS | {"may"}  # "may not cross": no month
_SCOPE = 3
"""Words behind a negator that it denies."""
_ENDS_SCOPE = frozenset(
    "but because although though while whereas unless until if when since so which who whom whose that"
    " whether and than".split()
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[,;:.()!?]|[-–—](?=\s)")
# "not only", "not just"; "no. 5"; "no longer" denies what follows
_NO_NEGATION = re.compile(r"\bnot (?:only|just|merely|simply)\b|\bno\.? (?=\d)|\bno doubt\b|\bnot least\b")

OPPOSITES = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (
        ("before", "after"),
        ("more", "less fewer"),
        ("above over", "below under beneath"),
        ("most", "least fewest"),
        ("maximum highest", "minimum lowest"),
        (
            "increase increases increased increasing rise rises rose risen grew",
            "decrease decreases decreased",
        ),
        (
            "increase increased rise rises rose risen grew",
            "fall falls fell fallen drop dropped shrank declined",
        ),
        (
            "allow allows allowed permit permits permitted",
            "forbid forbids forbidden prohibit prohibits prohibited",
        ),
        ("allowed permitted", "banned refused denied"),
        ("accept accepts accepted", "reject rejects rejected decline declines declined refuse refused"),
        ("open opens opened", "close closes closed shut shuts"),
        ("enable enables enabled", "disable disables disabled"),
        (
            "start starts started begin begins began",
            "end ends ended finish finishes finished stop stops stopped",
        ),
        ("first", "last"),
        ("always", "never"),
        ("north northern", "south southern"),
        ("east eastern", "west western"),
        ("left", "right"),
        ("win wins won", "lose loses lost"),
        ("buy buys bought", "sell sells sold"),
        ("import imports imported", "export exports exported"),
        ("arrive arrives arrived", "leave leaves left depart departs departed"),
        ("hot hotter warm warmer", "cold colder cool cooler"),
        ("large larger big bigger", "small smaller"),
        ("long longer", "short shorter"),
        ("early earlier", "late later"),
        ("fast faster quick quicker", "slow slower"),
        ("easy easier", "hard harder difficult"),
        ("safe", "dangerous unsafe"),
        ("required mandatory compulsory", "optional voluntary"),
        ("free", "paid"),
        ("public", "private"),
        ("pro", "anti"),
        ("alive survived", "dead died killed"),
        ("true", "false"),
        ("husband father brother son king", "wife mother sister daughter queen"),
        ("male men man boy boys", "female women woman girl girls"),
    )
)
"""Pairs of words that say the opposite, with their forms."""


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a text affirms and denies, as stems; how often it has each word, and how often it denies."""

    affirmed: frozenset[str]
    denied: frozenset[str]
    words: Counter[str]
    negations: int

    @property
    def denials(self) -> int:
        """How often the text denies something, perhaps without a "not"."""
        return self.negations + sum(self.words[word] for word in _HALF_NEGATORS)


def polarity(*texts: str) -> Polarity:
    """Return what some texts together affirm and deny; some stems are both, where the rules cannot tell."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    words: Counter[str] = Counter()
    negations = 0
    for text in texts:
        tokens = _TOKEN.findall(_NO_NEGATION.sub(" ", fold_characters(text).text.lower()))
        words.update(tokens)
        left = 0  # words that the last negator still denies
        is_noun = False  # the next is what there is none of, and may stand elsewhere with "not"
        clause: set[str] = set()  # stems since the clause began
        for at, token in enumerate(tokens):
            if _is_negator(token):
                negations += 1
                left = 0 if _is_contrast(tokens, at) else _SCOPE
                is_noun = token in _BEFORE_NOUNS and not clause
                if left and token in _OF_THINGS:
                    denied |= clause
            elif token in _ENDS_SCOPE or not token[0].isalnum():
                left, clause = 0, set()
            elif token not in _UNCOUNTED:
                stems = terms(token)
                clause.update(stems)
                if left:
                    denied.update(stems)
                if is_noun or not left:
                    affirmed.update(stems)
                left, is_noun = max(0, left - 1), False
    return Polarity(frozenset(affirmed), frozenset(denied), words, negations)


def denies_otherwise(statement: Polarity, sources: Polarity, question: Polarity) -> bool:
    """Tell whether a statement denies what its sources affirm, or affirms what they deny."""
    if statement.negations > sources.denials + question.negations:
        return True
    if (statement.denied - statement.affirmed - sources.denied) & sources.affirmed:
        return True
    return bool((sources.denied - sources.affirmed - statement.denied) & statement.affirmed)


def says_opposite(statement: Polarity, sources: Polarity, question: Polarity) -> bool:
    """Tell whether a statement has a word more often than its sources, and its opposite less often."""
    for pair in OPPOSITES:
        for said, opposite in (pair, pair[::-1]):
            if any(
                statement.words[word] > sources.words[word] + question.words[word] for word in said
            ) and any(sources.words[word] > statement.words[word] for word in opposite):
                return True
    return False


def _is_negator(token: str) -> bool:
    return token in _NEGATORS or token.endswith("n't")


def _is_contrast(tokens: list[str], at: int) -> bool:
    """Tell whether a negator belongs to "not in 1990 but in 2001", which denies only one of two things."""
    if tokens[at] != "not":
        return False
    for before, word, after in zip(tokens[at:], tokens[at + 1 : at + 12], tokens[at + 2 :], strict=False):
        if word in ".;:!?":
            return False
        if word == "but":
            return before != "," or after in _GOES_ON or after[0].isdigit()
    return False
