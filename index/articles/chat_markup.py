"""Markup of Discord's messages: what a chat shows of it."""

import re
from collections.abc import Iterator

from index.articles.document import Run

CODE = re.compile(r"```(?:[\w+.-]*\n)?(.+?)```", re.DOTALL)
"""Code, "```sh\\nls -l\\n```", behind the name of its language."""
LINE_MARK = re.compile(r"\A\s*(?:#{1,3}|-#|>{1,3})\s+(?=\S)")
"""The mark of a heading, of small print or of a quotation: "# Opening hours", "-# in summer", "> quoted"."""

# "`ls`", "~~20~~", "**15**", "__15__", "||15||", "*15*", "_15_", "<:bee:1234>"
_INLINE_MARKS = re.compile(
    r"`(?P<code>[^`\n]+)`|~~(?=[^\s~])[^~\n]+(?<=\S)~~|<a?(?P<emoji>:\w{2,32}:)\d{1,20}>"
    r"|(?P<mark>\*\*|__|\|\|)(?=\S)(?P<words>.+?)(?<=\S)(?P=mark)"
    r"|(?<![\w*])\*(?=[^\s*])(?P<starred>[^\n]{1,500}?)(?<=\S)\*(?![\w*])"
    r"|(?<![\w_])_(?=[^\s_])(?P<slanted>[^\n]{1,500}?)(?<=\S)_(?![\w_])"
)
# "[the table](https://example.org/table)"
_LINK = re.compile(r"\[(?P<words>[^\[\]\n]{1,200})\]\(<?(?P<address>https?://[^\s<>()]{1,2000})>?\)")


def shown_line(line: str) -> str:
    """Return a line as a chat shows it: without marks of emphasis, and without what is struck out."""
    return _INLINE_MARKS.sub(_shown, line)


def shown_runs(text: str) -> Iterator[Run]:
    """Yield what a chat shows of a message, with the addresses of its links; its lines stay lines."""
    for number, part in enumerate(CODE.split(text)):
        if number % 2:
            yield Run(f"\n{part}\n")
            continue
        for place, line in enumerate(part.split("\n")):
            yield Run("\n" * bool(place))
            yield from _linked(LINE_MARK.sub("", line))


def _shown(marked: re.Match[str]) -> str:
    words = marked["words"] or marked["starred"] or marked["slanted"] or ""
    return marked["code"] or marked["emoji"] or shown_line(words)


def _linked(line: str) -> Iterator[Run]:
    end = 0
    for link in _LINK.finditer(line):
        yield Run(shown_line(line[end : link.start()]))
        yield Run(shown_line(link["words"]), link["address"])
        end = link.end()
    yield Run(shown_line(line[end:]))
