"""A parser of Discord's markdown as its desktop client reads it, as far as it matters for evading escapes.

It shares nothing with `bot.discord.replies.markdown`: it must find no markup in what that has escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A piece of text and how Discord shows it; `kind` is "text" for plain text.

    `target` is where a link leads; `children` are the pieces inside.
    """

    kind: str
    text: str = ""
    target: str = ""
    children: "tuple[Node, ...]" = ()

    def shown(self) -> str:
        """Return the text that a person sees."""
        return self.text + "".join(child.shown() for child in self.children)

    def walk(self) -> "Iterator[Node]":
        """Yield this piece and all pieces inside."""
        yield self
        for child in self.children:
            yield from child.walk()


_LINK_TITLE = r"(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*"
_LINK_TARGET = r"\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"]([\s\S]*?)['\"])?\s*"

# Tried in this order wherever text may end. Those of the first group count at the start of a line only.
_LINES = (
    ("quote", re.compile(r"( *>>> ([\s\S]*))|( *> [^\n]*(?:\n *> [^\n]*)*\n?)")),
    ("header", re.compile(r" *(#{1,3})\s+((?!#+)[^\n]+?)#*\s*(?:\n|$)")),
    ("small", re.compile(r"-#\s+((?!-#)[^\n]+?)\s*(?:\n|$)")),
    ("list", re.compile(r" *(?:[*+-]|\d+[.)]) +[^\n]+(?:\n|$)")),
)
_INLINE = (
    ("escape", re.compile(r"\\([^0-9A-Za-z\s])")),
    ("codeblock", re.compile(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][\s\S]*?)\n*```", re.IGNORECASE)),
    ("autolink", re.compile(r"<((?:https?|steam|discord|mailto|tel|sms):[^ >]+|[^ <>]+@[^ >]+)>", re.I)),
    ("url", re.compile(r"(?:https?|steam|discord)://[^\s<]+[^<.,:;\"'\]\s]", re.IGNORECASE)),
    ("invite", re.compile(r"(?:discord\.gg|discord(?:app)?\.com/invite)/[\w-]+", re.IGNORECASE)),
    ("link", re.compile(rf"\[({_LINK_TITLE})\]\({_LINK_TARGET}\)")),
    ("mention", re.compile(r"<(?:@[!&]?|#)\d+>|@(?:everyone|here)|</[^<>]+:\d+>|<id:\w+>|<sound:[\d:]+>")),
    ("time", re.compile(r"<t:-?\d+(?::[a-zA-Z])?>")),
    ("emoji", re.compile(r"<a?:\w+:\d+>|:[^\s:]+?(?:::skin-tone-\d)?:")),
    ("strong", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    ("em", re.compile(r"_((?:__|\\[\s\S]|[^\\_])+?)_")),
    ("em", re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)")),
    ("strike", re.compile(r"~~([\s\S]+?)~~(?!_)")),
    ("spoiler", re.compile(r"\|\|([\s\S]+?)\|\|")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
)  # fmt: skip
_TEXT = re.compile(
    r"[\s\S]+?(?=[^0-9A-Za-z\s\u00c0-\uffff\U00010000-\U0010ffff]|\n|\w+:\S|discord|$)", re.IGNORECASE
)


_PREFIX = re.compile(r"^(?: *>(?:>>)? | *#{1,3}\s+|-#\s+| *(?:[*+-]|\d+[.)]) +)")
_QUOTES = re.compile(r"^ *>(?:>>)? ", re.MULTILINE)


def parse(source: str, *, quoted: bool = False, begins: bool = True) -> tuple[Node, ...]:
    """Read Discord's markdown.

    `quoted`: the source is inside a quote, which contains no other. `begins`: it begins a line.
    """
    nodes: list[Node] = []
    at = 0
    while at < len(source):
        starts = begins if at == 0 else source[at - 1] == "\n"
        block = _line(source, at, quoted) if starts else None
        node, at = block or _inline(source, at, quoted) or _plain(source, at)
        if node.kind == "text" and nodes and nodes[-1].kind == "text":
            nodes[-1] = Node("text", nodes[-1].text + node.text)
        else:
            nodes.append(node)
    return tuple(nodes)


def _line(source: str, at: int, quoted: bool) -> tuple[Node, int] | None:
    for kind, pattern in _LINES:
        match = None if quoted and kind == "quote" else pattern.match(source, at)
        if match:
            text = match[0].removesuffix("\n")
            if kind == "quote":
                return Node(kind, children=parse(_QUOTES.sub("", text), quoted=True)), match.end()
            return Node(kind, children=parse(_PREFIX.sub("", text), quoted=quoted, begins=False)), match.end()
    return None


def _inline(source: str, at: int, quoted: bool) -> tuple[Node, int] | None:
    for kind, pattern in _INLINE:
        match = pattern.match(source, at)
        if match is None:
            continue
        inside = next((group for group in match.groups() if group is not None), match[0])
        if kind == "escape":
            return Node("text", inside), match.end()
        if kind == "link":
            target = re.sub(r"\\([^0-9A-Za-z\s])", r"\1", match[2])
            if not re.match(r"https?://", target) or "://" in inside:
                continue  # Discord shows such a link as text
            return Node(kind, target=target, children=parse(inside, quoted=quoted, begins=False)), match.end()
        if kind in ("strong", "underline", "em", "strike", "spoiler"):
            return Node(kind, children=parse(inside, quoted=quoted, begins=False)), match.end()
        return Node(kind, match[2] if kind == "code" else inside), match.end()
    return None


def _plain(source: str, at: int) -> tuple[Node, int]:
    match = _TEXT.match(source, at)
    end = match.end() if match else at + 1
    return Node("text", source[at:end]), end
