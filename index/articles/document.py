"""Document as a file format reads it: text as a person sees it, cut into blocks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from index.articles.front_matter import Description
from index.records import Block, BlockKind, Cell, Link
from index.segmentation.characters import replace_surrogates

_SPACE = re.compile(r"[^\S\n\u00a0\u202f]+")  # no-break spaces stay: "75 euros" is one thing
_AROUND_NEWLINE = re.compile(r"\s*\n\s*")
_SEPARATE_LINES = frozenset((BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.MESSAGE, BlockKind.CONTENTS))


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file: its description, its text, and the text's blocks, in order, not overlapping.

    The blocks have no sections yet: `index.articles.outline` adds them. `section_ends` says before which
    blocks, by their numbers, the sections of all headings from a level on have ended.
    """

    description: Description
    text: str
    blocks: tuple[Block, ...]
    section_ends: Mapping[int, int] = field(default_factory=dict)


class Run(NamedTuple):
    """A piece of a block's text, with the address that it links to."""

    text: str
    address: str | None = None


class DocumentBuilder:
    """Builds the text of a document block by block, for formats whose text is not that of the file.

    White space inside a block is reduced to single spaces, but for code; a line feed stays, as a line break
    that a person sees. Lone surrogates, as JSON may have, become U+FFFD. Blocks without a letter or digit are
    left out.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._section_ends: dict[int, int] = {}

    @property
    def last(self) -> Block | None:
        """The last block."""
        return self._blocks[-1] if self._blocks else None

    def end_sections(self, level: int) -> None:
        """End the sections of all headings from a level on: they are not above the blocks that follow."""
        number = len(self._blocks)
        self._section_ends[number] = min(level, self._section_ends.get(number, level))

    def add(
        self,
        kind: BlockKind,
        content: str | Iterable[Run],
        *,
        level: int = 0,
        lead: str = "",
        page: int | None = None,
    ) -> None:
        """Append a block; see `Block` for `level`, `lead` and `page`."""
        runs = [Run(content)] if isinstance(content, str) else list(content)
        text, links = _joined(runs, verbatim=kind is BlockKind.CODE)
        if not any(map(str.isalnum, text)):
            return
        start = self._append(kind, text)
        links = tuple(Link(start + link.start, start + link.end, link.address) for link in links)
        self._blocks.append(
            Block(kind, start, start + len(text), (), _single_spaced(lead), (), links, level, page)
        )

    def add_row(
        self,
        cells: Sequence[str | Iterable[Run]],
        columns: Sequence[str] = (),
        *,
        level: int = 0,
        lead: str = "",
        page: int | None = None,
    ) -> None:
        """Append a row of a table, its cells separated by tabs; `columns` are the names above the cells."""
        self._add_cells(BlockKind.TABLE_ROW, cells, columns, "\t", level=level, lead=lead, page=page)

    def add_header(
        self,
        cells: Sequence[str | Iterable[Run]],
        *,
        level: int = 0,
        lead: str = "",
        page: int | None = None,
    ) -> None:
        """Append the names of a table's columns, a caption whose cells are separated by spaces."""
        self._add_cells(BlockKind.CAPTION, cells, (), " ", level=level, lead=lead, page=page)

    def document(self, description: Description) -> Document:
        """Return the document."""
        return Document(description, "".join(self._parts), tuple(self._blocks), self._section_ends)

    def _add_cells(
        self,
        kind: BlockKind,
        cells: Sequence[str | Iterable[Run]],
        columns: Sequence[str],
        separator: str,
        *,
        level: int,
        lead: str,
        page: int | None,
    ) -> None:
        text, named_cells, links = "", [], []
        for number, content in enumerate(cells):
            shown, cell_links = _joined([Run(content)] if isinstance(content, str) else list(content))
            if not shown:
                continue
            text += separator * bool(text)
            column = _single_spaced(columns[number]) if number < len(columns) else ""
            named_cells.append(Cell(column, len(text), len(text) + len(shown)))
            links += [Link(len(text) + link.start, len(text) + link.end, link.address) for link in cell_links]
            text += shown
        if not any(map(str.isalnum, text)):
            return
        start = self._append(kind, text)
        self._blocks.append(
            Block(
                kind,
                start,
                start + len(text),
                cells=tuple(Cell(cell.column, start + cell.start, start + cell.end) for cell in named_cells),
                lead=_single_spaced(lead),
                links=tuple(Link(start + link.start, start + link.end, link.address) for link in links),
                level=level,
                page=page,
            )
        )

    def _append(self, kind: BlockKind, text: str) -> int:
        """Append the text of a block of `kind`; return its offset."""
        if self._blocks:
            same = self._blocks[-1].kind is kind and kind in _SEPARATE_LINES
            self._parts.append("\n" if same else "\n\n")
            self._length += len(self._parts[-1])
        start = self._length
        self._parts.append(replace_surrogates(text))
        self._length += len(text)
        return start


def _joined(runs: Sequence[Run], *, verbatim: bool = False) -> tuple[str, tuple[Link, ...]]:
    """Join runs into one text with single spaces, without spaces at its ends; return it with its links."""
    text, links = "", []
    for run in runs:
        shown = run.text if verbatim else _AROUND_NEWLINE.sub("\n", _SPACE.sub(" ", run.text))
        if not verbatim and (not text or text[-1] in " \n"):
            shown = shown.lstrip(" \n" if text else None)
        start = len(text)
        text += shown
        if run.address and shown.strip():
            end = start + len(shown.rstrip())
            links.append(Link(start + len(shown) - len(shown.lstrip()), end, replace_surrogates(run.address)))
    bare = text.strip("\n") if verbatim else text.rstrip()
    shift = text.index(bare) if bare else 0
    return bare, tuple(
        Link(link.start - shift, min(link.end - shift, len(bare)), link.address) for link in links
    )


def _single_spaced(text: str) -> str:
    spaced = " ".join(replace_surrogates(text).split())
    return text if text == spaced else spaced  # the same object, since many blocks have the same lead
