"""Marks of Markdown's dialects: keys, icons, suggested changes, abbreviations, lines from other files."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

# '--8<-- "file.md"', and the lines between two of "--8<--"
_SNIPPET = re.compile(
    r"^[ \t]*-+8<-+[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*$"
    r"|^[ \t]*-+8<-+[ \t]*\n(?:[^\n]*\n){1,50}?[ \t]*-+8<-+[ \t]*$",
    re.MULTILINE,
)
_ABBREVIATION = re.compile(r"^\*\[([^\]\n]{1,100})\]:[ \t]*(\S[^\n]*)$", re.MULTILINE)  # "*[HP]: hit points"
_ICON = re.compile(r":(?:custom|fontawesome|lucide|material|octicons|simple|tabler)-[\w-]+:")
_KEYS = re.compile(r"\+\+([A-Za-z0-9][\w-]*(?:\+[\w-]+)*)\+\+")  # "++ctrl+alt+del++"
_INSERTED = re.compile(r"\^\^(?=\S)([^\n^]{1,300})(?<=\S)\^\^")
# "{--old--}", "{++new++}", "{~~old~>new~~}", "{>>remark<<}", "{==marked==}"
_CHANGE = re.compile(
    r"\{(?:--.{0,500}?--|>>.{0,500}?<<|~~.{0,500}?~>(?P<replaced>.{0,500}?)~~|"
    r"\+\+(?P<added>.{0,500}?)\+\+|==(?P<marked>.{0,500}?)==)\}",
    re.DOTALL,
)


def without_lines(text: str) -> str:
    """Return Markdown without lines that stand for other files, each abbreviation a paragraph of its own."""
    return _ABBREVIATION.sub(r"\n\1: \2\n", _SNIPPET.sub("", text))


def add_marks(parser: MarkdownIt) -> None:
    """Have a parser show what the marks in a line stand for."""
    parser.inline.ruler.before("strikethrough", "change", _change)
    parser.inline.ruler.before("strikethrough", "keys", _keys)
    parser.inline.ruler.before("strikethrough", "icon", _icon)
    parser.inline.ruler.before("sup", "inserted", _inserted)


def _change(state: StateInline, silent: bool) -> bool:
    match = _CHANGE.match(state.src, state.pos)
    return _show(state, silent, match, match and (match["replaced"] or match["added"] or match["marked"]))


def _keys(state: StateInline, silent: bool) -> bool:
    match = _KEYS.match(state.src, state.pos)
    if match is None or state.src[state.pos - 1 : state.pos].isalnum():  # "C++"
        return False
    return _show(state, silent, match, "+".join(key.replace("-", " ").title() for key in match[1].split("+")))


def _icon(state: StateInline, silent: bool) -> bool:
    return _show(state, silent, _ICON.match(state.src, state.pos), "")


def _inserted(state: StateInline, silent: bool) -> bool:
    match = _INSERTED.match(state.src, state.pos)
    return _show(state, silent, match, match and match[1])


def _show(state: StateInline, silent: bool, match: re.Match[str] | None, shown: str | None) -> bool:
    """Put what is shown in place of a match, if there is one."""
    if match is None:
        return False
    if not silent and shown:
        state.push("text", "", 0).content = shown
    state.pos = match.end()
    return True
