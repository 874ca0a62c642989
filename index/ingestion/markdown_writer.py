"""Documents written as Markdown, which reads back as the same text."""

import re
from collections.abc import Iterable, Sequence

from index.articles.document import Document
from index.ingestion.table_runs import TableRun, places, table_runs
from index.records import Block, BlockKind, Link

# Marks that may mean something anywhere in a line, as those of "%%hidden%%", "++ctrl++" and ":material-home:"
_MARKS = re.compile(
    r"([\\`*\[\]<>|~{}$^]|(?<![^\W_])_|_(?![^\W_])|={2}|%(?=%)|\+(?=\+)|&(?=#?\w+;)|:(?=:|\w+-[\w-]+:)"
    r"|!(?=\[)|(?<=\[)!|(?<=\s)#)"
)
# What a line may begin with: "# ", "- ", "===", ": ", "+++", and "1."
_OPENINGS = re.compile(r"^(\s*)([#+=:%!?-])", re.MULTILINE)
_DIGITS = re.compile(r"^(\s*\d{1,9})([.)])", re.MULTILINE)
# A first word that Markdown readers take for code of a page: "import Tabs from 'x'"
_MODULE = re.compile(r"^(import|export)\b", re.MULTILINE)
_TICKS = re.compile("`+")


def write_markdown(document: Document) -> str:
    """Return the text of a document as Markdown, with its headings, lists, tables, code and links."""
    parts: list[str] = []
    depth, before = 0, BlockKind.PARAGRAPH
    for block in table_runs(document.text, document.blocks):
        if isinstance(block, TableRun):
            if block.is_below_header:
                del parts[-2:]  # the row of the names, which the table has again
            parts += ["\n\n", _table(document.text, block.columns, block.rows)]
            depth, before = 0, BlockKind.TABLE_ROW
            continue
        is_item = block.kind in (BlockKind.LIST_ITEM, BlockKind.CONTENTS)
        depth = min(block.level or 1, depth + 1) if is_item else min(max(block.level - 1, 0), depth)
        if block.kind is BlockKind.HEADING:
            depth = 0
        indent = "  " * (depth - 1 if is_item else depth)
        tight = (is_item and before is block.kind) or block.kind is BlockKind.DEFINITION
        parts.append("\n" if tight else "\n\n")
        parts.append(indent + _written(document.text, block).replace("\n", f"\n{indent}"))
        before = block.kind
    return "".join(parts).strip("\n") + "\n"


def _written(text: str, block: Block) -> str:
    shown = text[block.start : block.end]
    if block.kind is BlockKind.CODE:
        fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(shown)), default=0))
        return f"{fence}\n{shown}\n{fence}"
    line = _escaped_lines(_linked(text, block.start, block.end, block.links))
    if block.kind is BlockKind.HEADING:
        return f"{'#' * min(block.level or 1, 6)} {line.replace(chr(10), ' ')}"
    if block.kind in (BlockKind.LIST_ITEM, BlockKind.CONTENTS):
        return "- " + line.replace("\n", "\\\n  ")
    if block.kind is BlockKind.QUOTATION:
        return "> " + line.replace("\n", "\\\n> ")
    if block.kind is BlockKind.DEFINITION and block.lead:
        return ":   " + line.replace("\n", "\\\n    ")
    return line.replace("\n", "\\\n")


def _escaped_lines(line: str) -> str:
    line = _DIGITS.sub(r"\1\\\2", line)
    line = _MODULE.sub(lambda word: f"&#{ord(word[0][0])};{word[0][1:]}", line)
    return _OPENINGS.sub(r"\1\\\2", line)


def _linked(text: str, start: int, end: int, links: Iterable[Link]) -> str:
    """Return a piece of text with its marks escaped, and its links."""
    parts, done = [], start
    for link in links:
        if link.start < done or link.end > end or re.search(r"[\s<>]", link.address):
            continue
        address = link.address.replace("%%", r"\%%")
        parts += [_escape(text[done : link.start]), f"[{_escape(text[link.start : link.end])}](<{address}>)"]
        done = link.end
    return "".join((*parts, _escape(text[done:end])))


def _escape(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _table(text: str, columns: Sequence[str], rows: Sequence[Block]) -> str:
    lines = [[_escape(name) for name in columns], ["---"] * len(columns)]
    for row in rows:
        cells = [""] * len(columns)
        for place, cell in zip(places(columns, [cell.column for cell in row.cells]), row.cells, strict=True):
            links = [link for link in row.links if cell.start <= link.start and link.end <= cell.end]
            cells[place] = _linked(text, cell.start, cell.end, links).replace("\n", "<br>")
        lines.append(cells)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
