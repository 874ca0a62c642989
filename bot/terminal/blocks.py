"""Blocks of text for people to read: styled if stdout is a terminal, plain in a pipe.

Both are made from the same blocks. Text of articles reaches either only through `safe`, and rich only as
`Text`, whose content is never markup.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import click

# What a piece of text is, and how a terminal draws it.
_STYLES = {
    "answer": "bold green",
    "mark": "bold underline",
    "unanswered": "bold yellow",
    "title": "cyan",
    "aside": "dim",
    "struck": "dim strike",
    "ok": "green",
    "warn": "bold yellow",
    "fail": "bold red",
}


@dataclass(frozen=True, slots=True)
class StyledText:
    """Some text; `kind` is a key of the styles, or empty; `link` is the address that it links to."""

    text: str
    kind: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph: `lead` stands before the first line, and the other lines are indented by its width.

    `lead_kind` is the lead's kind, like a piece's.
    """

    pieces: tuple[StyledText, ...] = ()
    lead: str = ""
    lead_kind: str = ""


Row = tuple[tuple[str, ...], tuple[StyledText, ...]]
"""The figures of a row, which may be missing, and its text."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows below the names of their columns: figures, aligned right, and a text, which alone may wrap."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def plain(self) -> Iterator[str]:
        """Yield the lines of the table without styles, unbroken."""
        *names, last = self.columns
        figures = [names, *(row[0] for row in self.rows)]
        widths = [max(len(row[at]) for row in figures if row) for at in range(len(names))]
        texts = [last, *("".join(piece.text for piece in row[1]) for row in self.rows)]
        for row, text in zip(figures, texts, strict=True):
            cells = row or [""] * len(names)
            yield "  ".join([*(cell.rjust(n) for cell, n in zip(cells, widths, strict=True)), text]).rstrip()


BLANK_LINE = TextBlock()


def show(blocks: Iterable[TextBlock | TextTable]) -> None:
    """Write blocks to stdout: drawn on a terminal, otherwise plain, with a line for each block and link."""
    if sys.stdout.isatty():
        _draw(blocks)
        return
    for block in blocks:
        if isinstance(block, TextTable):
            click.echo("\n".join(block.plain()))
            continue
        click.echo(f"{block.lead}{''.join(piece.text for piece in block.pieces)}".rstrip())
        for url in _hidden_links(block):
            click.echo(f"{' ' * len(block.lead)}{url}")


def _hidden_links(block: TextBlock) -> list[str]:
    """Return the links that are not visible in a block's text."""
    return [piece.link for piece in block.pieces if piece.link and piece.link != piece.text]


def _draw(blocks: Iterable[TextBlock | TextTable]) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.style import Style
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = console.width or 80  # rich draws nothing at all if COLUMNS is 0
    for block in blocks:
        if isinstance(block, TextTable):
            table = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
            for name in block.columns[:-1]:
                table.add_column(name, justify="right", no_wrap=True)
            table.add_column(block.columns[-1])
            for figures, pieces in block.rows:
                cell = Text.assemble(*((piece.text, _STYLES.get(piece.kind, "")) for piece in pieces))
                table.add_row(*map(Text, figures or [""] * (len(block.columns) - 1)), cell)
            console.print(table)
            continue
        text = Text()
        for piece in block.pieces:
            style = Style.parse(_STYLES.get(piece.kind, ""))
            text.append(piece.text, style + Style(link=piece.link) if piece.link else style)
        if console.is_dumb_terminal:  # it knows no links
            text.append("".join(f"\n{url}" for url in _hidden_links(block)))
        indent = cell_len(block.lead)
        lines = text.wrap(console, max(console.width - indent, 8))
        for number, line in enumerate(lines or [Text()]):
            line.rstrip()
            lead = Text(block.lead, _STYLES.get(block.lead_kind, "")) if number == 0 else Text(" " * indent)
            console.print(lead, line, sep="", soft_wrap=True)
