"""Polarity of a text: what it denies, and which of two opposites it says. The rules are for English."""

import re
from dataclasses import dataclass

from index.segmentation.folding import fold_text
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

_OPPOSITES = tuple(
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
        ("pro-government", "anti-government"),
        ("alive survived", "dead died killed"),
        ("true", "false"),
        ("husband father brother son king", "wife mother sister daughter queen"),
        ("male men man boy boys", "female women woman girl girls"),
    )
)


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a text affirms and what it denies, as stems; its words; whether it denies anything at all."""

    affirmed: frozenset[str]
    denied: frozenset[str]
    words: frozenset[str]
    has_negation: bool

    @property
    def may_deny(self) -> bool:
        """Whether the text denies something, perhaps without a "not"."""
        return self.has_negation or not self.words.isdisjoint(_HALF_NEGATORS)


def polarity(*texts: str) -> Polarity:
    """Return what some texts together affirm and deny."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    words: set[str] = set()
    has_negation = False
    for text in texts:
        folded = _NO_NEGATION.sub(" ", fold_text(text).text.lower())
        tokens = _TOKEN.findall(folded)
        words.update(tokens)
        left = 0  # words that the last negator still denies
        clause: set[str] = set()  # stems since the clause began
        for at, token in enumerate(tokens):
            if _is_negator(token):
                has_negation = True
                left = 0 if _is_contrast(tokens, at) else _SCOPE
                if left and token in _OF_THINGS:
                    denied |= clause
            elif token in _ENDS_SCOPE or not token[0].isalnum():
                left = 0
                clause = set()
            elif token not in _UNCOUNTED:
                stems = terms(token)
                clause.update(stems)
                (denied if left else affirmed).update(stems)
                left = max(0, left - 1)
    return Polarity(frozenset(affirmed), frozenset(denied), frozenset(words), has_negation)


def denies_otherwise(statement: Polarity, sources: Polarity, question: Polarity) -> bool:
    """Tell whether a statement denies what its sources affirm, or affirms what they deny."""
    if statement.has_negation and not (sources.may_deny or question.has_negation):
        return True
    if statement.denied & sources.denied:  # both deny the same thing
        return False
    if (statement.denied - statement.affirmed) & sources.affirmed:
        return True
    return bool((sources.denied - sources.affirmed) & statement.affirmed)


def says_opposite(statement: Polarity, sources: Polarity, question: Polarity) -> bool:
    """Tell whether a statement has a word of which its sources have the opposite alone."""
    for pair in _OPPOSITES:
        for said, opposite in (pair, pair[::-1]):
            if (
                statement.words & said
                and not statement.words & opposite
                and sources.words & opposite
                and not (sources.words | question.words) & said
            ):
                return True
    return False


def _is_negator(token: str) -> bool:
    return token in _NEGATORS or token.endswith("n't")


def _is_contrast(tokens: list[str], at: int) -> bool:
    """Tell whether a negator belongs to "not … but …", which denies only one of two things."""
    for word in tokens[at + 1 : at + 12]:
        if word in ".;:!?":
            return False
        if word == "but":
            return True
    return False
