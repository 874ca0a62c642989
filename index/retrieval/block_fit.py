"""Which blocks fit a question: what their sentences lose in the ranking if it asks for others."""

import re
from collections.abc import Sequence

from index.records import BlockKind, Candidate
from index.segmentation.search_terms import terms

BLOCK_PENALTIES = {
    BlockKind.HEADING: 10.0,
    BlockKind.CAPTION: 3.0,
    BlockKind.CODE: 6.0,
    BlockKind.CONTENTS: 20.0,
}
"""What a sentence of such a block loses, unless the question is about that kind of block."""
OTHER_SECTION_PENALTY = 10.0
"""What a sentence loses below another version or year than the question's, if there is a section of that."""

_PROCEDURES = (
    "activate|add|build|call|change|check|clone|commit|compile|configure|connect|create|debug|define|delete|"
    "deploy|disable|enable|execute|export|import|init|initiali[sz]e|install|invoke|launch|list|mount|print|"
    "pull|push|query|remove|reset|restart|revert|run|set|show|start|stop|switch|turn|uninstall|update|upgrade|use"
)
_ABOUT = {
    BlockKind.HEADING: re.compile(r"\b(?:head(?:line|ing)s?|headed|titled?|titles)\b", re.IGNORECASE),
    BlockKind.CAPTION: re.compile(
        r"\b(?:captions?|columns?|figures?|images?|pictures?|photos?)\b", re.IGNORECASE
    ),
    BlockKind.CODE: re.compile(
        # "which command", "what does the log say"
        r"\b(?:code|snippets?|commands?|scripts?|syntax|config(?:s|uration)?|settings?|options?|flags?|"
        r"parameters?|arguments?|logs?|logged|errors?|warnings?|exceptions?|traceback|output|terminal|shell|"
        r"console|json|ya?ml|toml|regex|variables?|functions?|methods?|endpoints?|defaults?)\b"
        # "what do I type", "what must be run"; not "where can you enter the park"
        r"|\bwhat\s+(?:[\w’']+\s+){1,4}(?:type|typed|enter|entered|paste|pasted|run|executed?)\b"
        # "how do I start the server", "how to reset it"
        rf"|\bhow\s+(?:(?:do|can|could|should|must|would)\s+(?:i|you|we|one|they)|to)\s+(?:{_PROCEDURES})\b",
        re.IGNORECASE,
    ),
    BlockKind.CONTENTS: re.compile(r"\b(?:contents|chapters?)\b", re.IGNORECASE),
}
# "`tide`", "--dry-run", "max_players", "app.toml", "maxPlayers", "E42"; not "2.3.1"
_IDENTIFIER = re.compile(
    r"`[^`\n]+`|(?<![\w-])--?[a-z][\w-]*|(?=[\w.]*[A-Za-z])\w+(?:[_.]\w+)+|[a-z]+[A-Z]\w*|[A-Za-z]{1,8}\d\w*"
)
# The name before "=" or ":", as in "max_players = 16" and "export PORT=80"
_KEY = re.compile(
    r"^[ \t]*(?:(?:export|set|let|const|var)[ \t]+)?[\"']?([A-Za-z][\w.-]*)[\"']?[ \t]*[:=]", re.MULTILINE
)
_KEY_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_GENERAL_KEY_TERMS = frozenset(
    terms("max maximum min minimum default enable num number count limit name use")
)
# "2.3.1", "v1.9", "2023"
_LABEL = re.compile(r"(?<![\d.])(?:\d+(?:\.\d+)+|[12]\d{3})(?![\d]|\.\d)")


def block_penalty(question: str, candidate: Candidate) -> float:
    """Return what a sentence loses whose block does not fit the question: what stands around an answer."""
    kind = candidate.block.kind
    about = _ABOUT.get(kind)
    if about is None or about.search(question):
        return 0.0
    if kind is BlockKind.CODE and (
        _names_part(question, candidate.text) or _names_key(question, candidate.text)
    ):
        return 0.0
    return BLOCK_PENALTIES[kind]


def _names_part(question: str, code: str) -> bool:
    """Tell whether the question names an identifier that stands in the code."""
    code = code.casefold()
    return any(word.strip("`").casefold() in code for word in _IDENTIFIER.findall(question))


def _names_key(question: str, code: str) -> bool:
    """Tell whether the question names what a line of code sets: "Which port …?", `port = 8080`."""
    asked = frozenset(terms(question))
    return any(
        key_terms <= asked
        for key in _KEY.findall(code)
        if (key_terms := frozenset(terms(" ".join(_KEY_WORDS.findall(key)))) - _GENERAL_KEY_TERMS)
    )


def other_section_penalties(question: str, candidates: Sequence[Candidate]) -> list[float]:
    """Return what each sentence loses for standing below another version or year than the question's.

    Nothing is lost unless a heading of some candidate names the question's.
    """
    asked = frozenset(_LABEL.findall(question))
    labels = [frozenset(_LABEL.findall(_headings(candidate))) for candidate in candidates]
    if not any(asked & own for own in labels):
        return [0.0] * len(candidates)
    return [
        OTHER_SECTION_PENALTY
        if own and not own & asked and asked.isdisjoint(_LABEL.findall(candidate.text))
        else 0.0
        for candidate, own in zip(candidates, labels, strict=True)
    ]


def _headings(candidate: Candidate) -> str:
    own = candidate.text if candidate.block.kind is BlockKind.HEADING else ""
    return " ".join((*candidate.block.section, own))
