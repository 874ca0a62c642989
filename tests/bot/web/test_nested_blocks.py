"""Nodes gathered into lists and tables; test_article_view has whole articles."""

from bot.web.nested_blocks import Node, SentenceRun, tree
from bot.web.text_pieces import TextPiece


def runs(text: str, number: int = 1) -> tuple[SentenceRun, ...]:
    return (SentenceRun(number, (TextPiece(text),)),)


def item(text: str, level: int) -> Node:
    return Node("list_item", runs(text), level)


def row(*cells: tuple[str, str]) -> Node:
    return Node(
        "table_row", columns=tuple(name for name, _ in cells), cells=tuple(runs(text) for _, text in cells)
    )


def outline(nodes: list[Node]) -> list[object]:
    found: list[object] = []
    for node in nodes:
        text = "".join(piece.text for run in node.runs for piece in run.pieces)
        found.append([outline(node.nodes)] if node.kind == "list" else text)
        if node.kind != "list" and node.nodes:
            found.append(outline(node.nodes))
    return found


def test_items_are_nested_by_their_levels() -> None:
    flat = [
        item("a", 1),
        item("b", 2),
        item("c", 4),
        item("d", 2),
        Node("paragraph", runs("p"), 2),
        item("e", 1),
    ]
    assert outline(tree(flat)) == [[["a", [[["b", [[["c"]]], "d"]], "p"], "e"]]]


def test_a_list_that_begins_below_the_first_level_and_what_ends_it() -> None:
    flat = [
        item("a", 3),
        item("b", 1),
        Node("paragraph", runs("p")),
        item("c", 1),
        Node("heading", runs("h"), 2),
    ]
    assert outline(tree(flat)) == [[["a"]], [["b"]], "p", [["c"]], "h"]


def test_rows_come_below_the_names_of_their_columns() -> None:
    flat = [
        Node("caption", runs("Boats")),
        Node("caption", runs("Boat  Seats Note", 7)),
        row(("Boat", "Rose"), ("Seats", "12")),
        row(("Seats", "9")),
        row(("Boat", "Lily"), ("Note", "new")),
        Node("paragraph", runs("p")),
        row(("", "x"), ("", "y")),
    ]
    caption, table, _, bare = tree(flat)
    assert caption.kind == "caption"
    assert (table.columns, table.number) == (("Boat", "Seats", "Note"), 7)
    cells = [
        ["".join(piece.text for run in cell for piece in run.pieces) for cell in one.cells]
        for one in table.nodes
    ]
    assert cells == [["Rose", "12", ""], ["", "9", ""], ["Lily", "", "new"]]
    assert (bare.columns, len(bare.nodes[0].cells)) == ((), 2)


def test_tables_with_other_columns_are_other_tables() -> None:
    assert len(tree([row(("a", "1")), row(("b", "2")), row(("b", "3"))])) == 2
