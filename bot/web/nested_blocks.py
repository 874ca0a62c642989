"""Nodes of an article's page, gathered: items into nested lists, rows into tables below their columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.web.text_pieces import TextPiece
from index.records import BlockKind

LIST, TABLE = "list", "table"
"""Kinds of the nodes that are made of items and of rows."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a mention of the answer stands among all of them: the sentences before and after, 0 for none."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class SentenceRun:
    """A sentence with its number, from 1, or what stands between sentences, with 0.

    `anchored` is whether the page jumps here for that sentence: a sentence may stand in several cells.
    """

    number: int
    pieces: tuple[TextPiece, ...]
    anchored: bool = True
    mention: Mention | None = None


@dataclass(slots=True)
class Node:
    """A part of the page; `kind` is that of its block, or "list" or "table".

    `nodes` are the items of a list, what stands below an item, and the rows of a table, whose `cells` are the
    runs of each column; the `columns` of a table are their names, `number` is the sentence that is a row, or
    the row of names.
    """

    kind: str
    runs: tuple[SentenceRun, ...] = ()
    level: int = 0
    nodes: list["Node"] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    cells: tuple[tuple[SentenceRun, ...], ...] = ()
    number: int = 0


def tree(flat: Iterable[Node]) -> list[Node]:
    """Gather nodes: items of a list below their list and item, rows of a table in their table."""
    top: list[Node] = []
    lists: list[Node] = []  # those that are open, each within an item of the one before
    for node in flat:
        if node.kind == BlockKind.LIST_ITEM:
            _list_for(node, lists, top).nodes.append(node)
            continue
        place = top if node.kind == BlockKind.HEADING else _item_around(node, lists, top)
        if place is top:
            lists.clear()
        if not node.cells:
            place.append(node)
        elif place and place[-1].kind == TABLE and {*place[-1].columns} & {*node.columns}:
            place[-1].nodes.append(node)
            place[-1].columns = tuple(dict.fromkeys(place[-1].columns + node.columns))
        else:
            place.append(Node(TABLE, nodes=[node], columns=node.columns))
    _finish_tables(top)
    return top


def _list_for(item: Node, lists: list[Node], top: list[Node]) -> Node:
    """Return the list that an item continues, or a new one within the last item of the list around it."""
    while lists and lists[-1].level > item.level:
        lists.pop()
    if not lists or lists[-1].level < item.level:
        around = lists[-1].nodes[-1].nodes if lists else top
        lists.append(Node(LIST, level=item.level))
        around.append(lists[-1])
    return lists[-1]


def _item_around(node: Node, lists: list[Node], top: list[Node]) -> list[Node]:
    """Return the place for a node that is no item: below the item that it is part of, or at the top."""
    while lists and lists[-1].level >= max(node.level, 1):
        lists.pop()
    return lists[-1].nodes[-1].nodes if lists else top


def _finish_tables(nodes: list[Node]) -> None:
    """Name the columns of each table and put the cells below them; a caption of those names is their row."""
    for at, node in reversed([*enumerate(nodes)]):
        if node.kind != TABLE:
            _finish_tables(node.nodes)
            continue
        columns = _columns(node.nodes)
        for row in node.nodes:
            row.cells = _in_columns(row, columns)
        node.columns = columns if any(columns) else ()
        if not node.columns:
            continue
        caption = nodes[at - 1] if at else None
        if caption is not None and caption.kind == BlockKind.CAPTION and _words(caption) == _names(columns):
            node.number = caption.runs[0].number
            del nodes[at - 1]


def _columns(rows: list[Node]) -> tuple[str, ...]:
    longest = max(rows, key=lambda row: len(row.columns)).columns
    if len({*longest}) < len(longest):  # names that do not tell the columns apart
        return longest
    others = dict.fromkeys(name for row in rows for name in row.columns if name not in longest)
    return (*longest, *others)


def _in_columns(row: Node, columns: tuple[str, ...]) -> tuple[tuple[SentenceRun, ...], ...]:
    """Return the cells of a row, one for each column: by name, or one after the other."""
    by_name = dict(zip(row.columns, row.cells, strict=True))
    if len(by_name) == len(row.columns) and len({*columns}) == len(columns):
        return tuple(by_name.get(name, ()) for name in columns)
    return (*row.cells, *((),) * (len(columns) - len(row.cells)))


def _words(node: Node) -> list[str]:
    return "".join(piece.text for run in node.runs for piece in run.pieces).split()


def _names(columns: tuple[str, ...]) -> list[str]:
    return " ".join(columns).split()
