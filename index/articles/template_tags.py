"""Parts of a Markdown file that nobody sees: comments, templating tags, expressions of MDX.

They are replaced by marks before the file is parsed, so that they neither end a link nor make a paragraph,
and what stood there comes back where the parser finds that it is code.
"""

import re
from bisect import bisect_left
from html import escape

_MARK = re.compile("\ue000(\\d+)\ue001")
_LONGEST_TAG = 2_000
# The beginning of what is to be looked at: a fence, code in a line, a comment, a tag, an attribute list.
_OPENING = re.compile(
    r"^(?P<quote>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
    r"|\\[\\`{<%]"
    r"|(?P<role>\{[\w:+-]+\})(?=`)"
    r"|(?P<ticks>`+)"
    r"|(?P<comment><!--)|(?P<percent>(?<!%)%%(?!%))"
    r"|\{%-?[ \t]*(?P<block>comment|raw|verbatim|highlight)\b[^\n{}]*%\}"
    r"|(?P<shortcode>\{\{[<%][ \t]*highlight\b[^\n{}]*[%>]\}\})"
    r"|(?P<tag>\{%|\{\{|\{\#(?=[-\s]))"
    r"|(?P<attributes>\{:?[ \t]?[.\#][\w-][^{}\n]*\}|\{:[ \t]?[\w-][^{}\n]*\})"
    r"|(?P<brace>\{)",
    re.MULTILINE,
)
_CLOSING = {"{%": "%}", "{{": "}}", "{#": "#}"}
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# Where a paragraph ends: at an empty line, an item of a list, a heading, a row of a table
_NEXT_PARAGRAPH = re.compile(r"\n[ \t>]*(?:\n|(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]|\|)")
# title="Linux", caption: "A bee", and '{{< tab "Linux"'
_TITLE = re.compile(
    r"\b(?:title|label|summary|heading|(?P<caption>caption))\s*[=:]\s*\"(?P<title>[^\"\n]{1,200})\""
    r"|\{\{[<%]\s*(?:accordion|card|collapse|details|expand|step|tab)\s+\"(?P<first>[^\"\n]{1,200})\""
)
_NAME = re.compile(r"\{[{%][<%]?-?\s*([\w-]+)")
# "{% endtab %}", "{{< /tab >}}"
_END_TAG = re.compile(r"(?:\{%-?\s*end|\{\{[<%]\s*/\s*)([\w-]+)")
_STRING = re.compile(r"\{\s*(['\"`])([^'\"`{}]*)\1\s*\}")
# `text <target>` of a role
_ROLE_TEXT = re.compile(r"(?P<text>[^<>]*[^<>\s])\s*<[^<>]*>|~(?:\w+\.)*(?P<last>\w+)")


class HiddenParts:
    """What was replaced by marks, and what a person sees in its place."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, str]] = []

    def hide(self, source: str, shown: str = "") -> str:
        """Return the mark for a part of the file in whose place `shown` is seen."""
        self._parts.append((source, shown))
        return f"\ue000{len(self._parts) - 1}\ue001"

    def source(self, text: str) -> str:
        """Return a text with the parts as they stand in the file, as code shows them."""
        return _MARK.sub(lambda match: self._parts[int(match[1])][0], text)

    def shown(self, markup: str) -> str:
        """Return HTML with what is seen in the place of the parts."""
        return _MARK.sub(lambda match: escape(self._parts[int(match[1])][1]), markup)


def hide_unseen(text: str, *, mdx: bool = False) -> tuple[str, HiddenParts]:
    """Return a Markdown text with marks for what nobody sees, and the hidden parts."""
    text = text.replace("\ue000", "").replace("\ue001", "")
    scanner = _Scanner(text, mdx=mdx)
    return scanner.scan(), scanner.hidden


class _Scanner:
    """One pass over a text, from one beginning of code, comment or tag to the next."""

    def __init__(self, text: str, *, mdx: bool) -> None:
        self.hidden = HiddenParts()
        self._text = text
        self._mdx = mdx
        self._parts: list[str] = []
        self._copied = 0
        self._blank_lines = [match.start() for match in _BLANK_LINE.finditer(text)]
        self._ticks: dict[int, list[int]] = {}
        for match in re.finditer("`+", text):
            self._ticks.setdefault(len(match[0]), []).append(match.start())
        self._braces = _matching_braces(text, self._blank_lines) if mdx else {}
        self._closed = frozenset(_END_TAG.findall(text))
        self._titled: list[str] = []  # names of the open tags with a title
        self._missing: set[str] = set()  # closing marks that do not come any more

    def scan(self) -> str:
        position = 0
        while match := _OPENING.search(self._text, position):
            kind = match.lastgroup
            if match["fence"]:
                position = self._after_fence(match)
            elif kind == "ticks":
                position = self._code(match)
            elif kind == "role":
                position = self._role(match)
            elif kind == "block":
                position = self._block(match)
            elif kind == "shortcode":
                position = self._fenced(match, re.compile(r"\{\{[<%][ \t]*/[ \t]*highlight[ \t]*[%>]\}\}"))
            elif kind == "comment":
                position = self._comment(match)
            elif kind == "percent":
                position = self._percent_comment(match)
            elif kind == "tag":
                position = self._tag(match.start())
            elif kind == "attributes" and not self._mdx:
                position = self._replace(match.start(), match.end(), "")
            elif kind in ("brace", "attributes") and self._mdx:
                position = self._expression(match.start())
            else:
                position = match.end()
        self._parts.append(self._text[self._copied :])
        return "".join(self._parts)

    def _find(self, closing: str, start: int, end: int | None = None) -> int:
        """Return where `closing` comes next, -1 if it does not."""
        if closing in self._missing:
            return -1
        found = self._text.find(closing, start, end)
        if found < 0 and end is None:
            self._missing.add(closing)
        return found

    def _paragraph_end(self, position: int) -> int:
        number = bisect_left(self._blank_lines, position)
        return self._blank_lines[number] if number < len(self._blank_lines) else len(self._text)

    def _after_fence(self, match: re.Match[str]) -> int:
        fence = match["fence"]
        closing = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        found = closing.search(self._text, match.end())
        end = found.end() if found else len(self._text)
        start = self._text.find("\n", match.end()) + 1
        stop = found.start() if found else end
        if 0 < start < stop:
            prefix = re.compile(
                r"^[ \t]*(?:>[ \t]?)*" if ">" in match["quote"] else rf"^[ \t]{{0,{len(match['quote'])}}}",
                re.MULTILINE,
            )
            code = prefix.sub("", self._text[start:stop])
            indent = " " * len(match["quote"]) if ">" not in match["quote"] else match["quote"]
            self._replace(start, stop, f"{indent}{self.hidden.hide(code, code)}\n")
        return end

    def _after_code(self, start: int, length: int) -> int | None:
        """Return where code in a line ends that begins with so many backticks."""
        places = self._ticks.get(length, [])
        number = bisect_left(places, start + length)
        if number < len(places) and places[number] < self._paragraph_end(start):
            return places[number] + length
        return None

    def _code(self, match: re.Match[str]) -> int:
        end = self._after_code(match.start(), len(match["ticks"]))
        if end is None:
            return match.end()
        if self._mdx:
            start, stop = match.end(), end - len(match["ticks"])
            code = self._text[start:stop]
            self._replace(start, stop, self.hidden.hide(code, code))
        return end

    def _role(self, match: re.Match[str]) -> int:
        r"""Hide the name of a role: "{doc}`the guide <guide>`" shows "the guide"."""
        start = match.end()
        length = len(self._text[start : start + 20]) - len(self._text[start : start + 20].lstrip("`"))
        end = self._after_code(start, length)
        if end is None:
            return start
        content = self._text[start + length : end - length]
        role = _ROLE_TEXT.fullmatch(content)
        shown = (role["text"] or role["last"]) if role else content
        return self._replace(match.start(), end, self.hidden.hide(self._text[match.start() : end], shown))

    def _block(self, match: re.Match[str]) -> int:
        name = match["block"]
        closing = re.compile(rf"\{{%-?[ \t]*end{name}[ \t]*-?%\}}")
        if name == "highlight":
            return self._fenced(match, closing)
        end = closing.search(self._text, match.end()) if name not in self._missing else None
        if end is None:
            self._missing.add(name)
            return self._hide(match.start(), match.end())
        if name == "comment":
            return self._hide(match.start(), end.end())
        self._hide(match.start(), match.end())  # what stands in it is shown as it is
        return self._hide(end.start(), end.end())

    def _fenced(self, match: re.Match[str], closing: re.Pattern[str]) -> int:
        end = closing.search(self._text, match.end()) if "highlight" not in self._missing else None
        if end is None:
            self._missing.add("highlight")
            return self._hide(match.start(), match.end())
        self._replace(match.start(), match.end(), "\n\n~~~~~~\n")
        return self._replace(end.start(), end.end(), "\n~~~~~~\n\n")

    def _comment(self, match: re.Match[str]) -> int:
        end = self._find("-->", match.start() + 2)
        if end >= 0:
            return self._hide(match.start(), end + len("-->"))
        line = self._text.rfind("\n", 0, match.start()) + 1
        if not self._text[line : match.start()].strip():
            return self._hide(match.start(), len(self._text))  # as browsers and parsers do
        return match.end()

    def _percent_comment(self, match: re.Match[str]) -> int:
        """Hide a comment of Obsidian, but not the text between "%%i" and "%%j" in another paragraph."""
        start, end = match.start(), self._find("%%", match.end())
        if end < 0:
            return match.end()
        if _NEXT_PARAGRAPH.search(self._text, start, end) and not self._are_lines(start, end):
            return match.end()
        return self._hide(start, end + len("%%"))

    def _are_lines(self, start: int, end: int) -> bool:
        """Tell whether a comment from one "%%" to another is whole lines.

        One of the two stands alone on its line, unless no empty line is between them.
        """
        before = self._text[self._text.rfind("\n", 0, start) + 1 : start]
        line_end = self._text.find("\n", end)
        after = self._text[end + len("%%") : line_end if line_end >= 0 else None]
        if before.strip(" \t>") or after.strip():
            return False
        lines = self._text[start:end].split("\n")
        return lines[0].strip() == "%%" or not lines[-1].strip(" \t>") or self._paragraph_end(start) > end

    def _tag(self, start: int) -> int:
        opening = self._text[start : start + 2]
        closing = "*/}}" if self._text.startswith(("{{/*", "{{</*"), start) else _CLOSING[opening]
        limit = min(start + _LONGEST_TAG, len(self._text))
        if closing != "*/}}":
            limit = min(limit, self._paragraph_end(start))
        end = self._find(closing, start + 2, limit)
        if end < 0:
            return start + 2
        return self._hide(start, end + len(closing))

    def _expression(self, start: int) -> int:
        end = self._braces.get(start)
        if end is None:
            return start + 1
        string = _STRING.fullmatch(self._text, start, end)
        shown = string[2] if string else ""
        return self._replace(start, end, self.hidden.hide(self._text[start:end], shown))

    def _hide(self, start: int, end: int) -> int:
        """Replace a tag or comment by a mark, or by its title; alone on its lines it ends a paragraph."""
        source = self._text[start:end]
        match = _TITLE.search(source) if source.startswith("{") and len(source) <= _LONGEST_TAG else None
        title = match["title"] or match["first"] if match else ""
        line_start = self._text.rfind("\n", max(0, start - 200), start) + 1 or (0 if start < 200 else start)
        indent = self._text[line_start:start]
        line_end = self._text.find("\n", end, end + 200)
        line_end = line_end if line_end >= 0 else (len(self._text) if len(self._text) - end < 200 else end)
        alone = not indent.strip() and not self._text[end:line_end].strip() and len(indent) < 4
        if not alone:
            return self._replace(start, end, self.hidden.hide(source, f" {title} " if title else ""))
        if self._text[line_end + 1 : line_end + 20].lstrip().startswith("|") and not title:
            return self._replace(line_start, min(line_end + 1, len(self._text)), "")
        shown = ""
        if match and title:
            shown = f"![{title}](#)" if match["caption"] else self._titled_part(source, title)
        elif (ends := _END_TAG.match(source)) and self._titled[-1:] == [ends[1]]:
            self._titled.pop()
            shown = "</aside>"
        return self._replace(line_start, line_end, f"\n{indent}{shown}\n" if shown else "")

    def _titled_part(self, source: str, title: str) -> str:
        """Return the beginning of what a tag with a title encloses, or the title of a tag without an end."""
        name = _NAME.match(source)
        if name is None or name[1] not in self._closed:
            return f"**{title}**"
        self._titled.append(name[1])
        return f"<aside><p class='admonition-title'>{escape(title)}</p>"

    def _replace(self, start: int, end: int, replacement: str) -> int:
        start = max(start, self._copied)
        self._parts += [self._text[self._copied : start], replacement]
        self._copied = end
        return end


def _matching_braces(text: str, blank_lines: list[int]) -> dict[int, int]:
    """Return the end of each `{` that is closed in its paragraph."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for match in re.finditer(r"[{}]|\n[ \t]*\n|\{/\*.*?\*/\}", text, re.DOTALL):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}":
            if opened:
                ends[opened.pop()] = match.end()
        else:
            opened = []
    return ends
