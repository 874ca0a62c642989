"""Rows that can be one table of Markdown."""

import pytest

from index.articles.html_text import read_html
from index.ingestion.table_runs import TableRun, places, table_runs


def runs(*rows: str) -> list[TableRun]:
    table = "".join(f"<tr>{row}</tr>" for row in rows)
    document = read_html(f"<p>Opening hours.</p><table>{table}</table>".encode())
    return [part for part in table_runs(document.text, document.blocks) if isinstance(part, TableRun)]


HEADER = "<th>Place</th><th>Mon</th><th>Tue</th>"


def test_rows_with_gaps_are_one_table_below_its_header() -> None:
    (run,) = runs(HEADER, "<td>Hall</td><td>9</td><td>10</td>", "<td>Pool</td><td></td><td>11</td>")
    assert (run.columns, len(run.rows)) == (["Place", "Mon", "Tue"], 2)
    assert run.has_header and run.is_below_header


def test_a_label_between_rows_stands_in_a_column_without_a_name() -> None:
    hall, label, pool = (
        "<td>Hall</td><td>9</td><td>10</td>",
        "<td colspan='3'>Winter</td>",
        "<td>Pool</td><td></td><td>11</td>",
    )
    (run,) = runs(HEADER, hall, label, pool)
    assert (run.columns, len(run.rows)) == (["", "Place", "Mon", "Tue"], 3)


def test_rows_without_names_are_a_table_without_any() -> None:
    (run,) = runs("<td>Hall</td><td>9</td>", "<td>Pool</td><td>11</td>")
    assert (run.columns, run.has_header) == (["", ""], False)


def test_each_cell_is_in_the_next_column_of_its_name() -> None:
    columns = ["Name", "Price", "Price"]
    assert places(columns, ["Name", "Price", "Price"]) == [0, 1, 2]
    assert places(columns, ["Price"]) == [1]
    with pytest.raises(ValueError, match="not in"):
        places(columns, ["Price", "Name"])
