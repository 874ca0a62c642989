"""Tables in text files: columns, delimiters, quoting, lines around the table."""

import pytest

from index.articles.corpus import corpus_files, read_article
from index.articles.csv_text import read_csv
from index.articles.document import Document
from tests.support.blocks import assert_sound, shown
from tests.support.growth import LINEAR, growth


def cells(document: Document) -> list[list[tuple[str, str]]]:
    """Return the column and the text of each cell of each row."""
    assert_sound(document)
    rows = [block for block in document.blocks if block.kind == "table_row"]
    return [[(cell.column, document.text[cell.start : cell.end]) for cell in row.cells] for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_row_has_the_names_of_the_columns(delimiter: str) -> None:
    content = "Boat,Seats,Captain\nMarigold,120,Tove\nTern,40,Ida\n".replace(",", delimiter)
    document = read_csv(content, name="boats")
    assert document.text == "Boat Seats Captain\n\nMarigold\t120\tTove\nTern\t40\tIda"
    assert cells(document) == [
        [("Boat", "Marigold"), ("Seats", "120"), ("Captain", "Tove")],
        [("Boat", "Tern"), ("Seats", "40"), ("Captain", "Ida")],
    ]
    assert document.description.title == "boats"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('a,b\n"x, y","say ""hi"""\n', [("a", "x, y"), ("b", 'say "hi"')]),
        ("a,b,c\nx,one\u2028two,3\n", [("a", "x"), ("b", "one two"), ("c", "3")]),
        ("a,b,c\nx,one\x0btwo,3\n", [("a", "x"), ("b", "one two"), ("c", "3")]),
        ('a,b\n"two\nlines",1\n', [("a", "two\nlines"), ("b", "1")]),
        ("sep=;\na;b\n1,5;x\n", [("a", "1,5"), ("b", "x")]),
        ("a; b\n1,5; 2,5\n", [("a", "1,5"), ("b", "2,5")]),
        ("a,b,\nx,,\n", [("a", "x")]),
        ("a,b\n'tis,\"open\n", [("a", "'tis"), ("b", "open")]),
        ("Name,2023,2024\nTern,3,4\n", [("Name", "Tern"), ("2023", "3"), ("2024", "4")]),
        ("name\nTern\n", [("name", "Tern")]),
    ],
)
def test_quotation_marks_and_delimiters(content: str, expected: list[tuple[str, str]]) -> None:
    assert cells(read_csv(content, name="a"))[0] == expected


def test_a_first_row_of_values_names_no_columns() -> None:
    assert cells(read_csv("Tern,40,12/03/2024\nMarigold,120,13/03/2024\n", name="a")) == [
        [("", "Tern"), ("", "40"), ("", "12/03/2024")],
        [("", "Marigold"), ("", "120"), ("", "13/03/2024")],
    ]


def test_lines_around_a_table() -> None:
    content = "Boats of 2024,,\n,,\nBoat,Seats,Captain\nTern,40,Ida\nSeats without crew.,,\n"
    document = read_csv(content, name="a")
    assert document.description.title == "Boats of 2024"
    assert shown(document) == [
        ("paragraph", "Boats of 2024"),
        ("caption", "Boat Seats Captain"),
        ("table_row", "Tern\t40\tIda"),
        ("paragraph", "Seats without crew."),
    ]


@pytest.mark.slow
def test_a_quotation_mark_that_nothing_closes() -> None:
    content = "Boat,Note\n" + 'Tern,"6 inch\n' + "Gull,fine\n" * 20_000
    assert cells(read_csv(content, name="a"))[1] == [("Boat", "Gull"), ("Note", "fine")]


def test_files_are_articles(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.csv").write_bytes("\ufeffBoat;Seats\r\nMöwe;40\r\n".encode())
    (tmp_path / "b.TSV").write_bytes("Boat\tSeats, all\nMöwe\t40\n".encode("cp1252"))
    first, second = (read_article(file) for file in corpus_files(tmp_path))
    assert (first.title, first.text) == ("a", "Boat Seats\n\nMöwe\t40")
    assert second.blocks[1].cells[1].column == "Seats, all"


@pytest.mark.slow
def test_time_is_linear_in_the_columns() -> None:
    def table(columns: int) -> str:
        return "\n".join(",".join(f"{name} {n}" for n in range(columns)) for name in ("column", "a", "b"))

    assert growth(lambda content: read_csv(content, name="a"), table(4_000), table(16_000)) < LINEAR


def test_names_over_several_columns_are_part_of_the_names_below_them() -> None:
    content = "Fleet,,,,\n,Hull,,Rig,\nBoat,Length,Beam,Sails,Note\nPetrel,7.4,2.5,3,\nSkua,8.9,,4,new\n"
    document = read_csv(content, name="a")
    assert cells(document)[1] == [
        ("Boat", "Skua"),
        ("Hull Length", "8.9"),
        ("Rig Sails", "4"),
        ("Rig Note", "new"),
    ]
    assert [kind for kind, _ in shown(document)][:3] == ["paragraph", "caption", "caption"]


@pytest.mark.parametrize("between", ["", ",,,\n", ",,,\n,,,\n"])
def test_a_second_row_that_completes_the_names(between: str) -> None:
    rows = "Petrel,7.4,2.5,3\nSkua,8.9,2.9,4\nTern,5,2,1\nGull,4,1,1\n"
    content = f"Boat,Size,,Crew\n{between},Length,Beam,\n{rows}"
    assert read_csv(content, name="a").text.startswith("Boat Size Crew\n\nLength Beam\n\nPetrel")
    content = "Boat,Size,,Crew\n,Length,Beam,\nPetrel,7.4,2.5,3\n"
    assert cells(read_csv(content, name="a")) == [
        [("Boat", "Petrel"), ("Size Length", "7.4"), ("Size Beam", "2.5"), ("Crew", "3")]
    ]


def test_a_column_without_a_name_makes_no_second_header() -> None:
    content = "Name,Role,,Seat\nAnna,chair,x,north\nBo,clerk,,3\n"
    assert cells(read_csv(content, name="a"))[0][1] == ("Role", "chair")


def test_tables_below_each_other_have_names_of_their_own() -> None:
    content = (
        "Tools,,,\nUpdated,May,,\n,,,\nPower,,,\nTool,Deposit,Fee,Days\nDrill,40,5,3\n,,,\n"
        "Garden,,,\nTool,Deposit,Fee,Days\nShears,25,3,2\n,,,\nPlace,Opens,Closes,Day off\nMill,9,17,Monday\n"
        ",,,\nTotal,2,,\n"
    )
    document = read_csv(content, name="a")
    assert document.description.title == "Tools"
    rows = [block for block in document.blocks if block.kind == "table_row"]
    assert [(row.lead, row.cells[1].column) for row in rows] == [
        ("", ""),
        ("Power", "Deposit"),
        ("Garden", "Deposit"),
        ("", "Opens"),
        ("", "Opens"),
    ]


def test_rows_with_empty_lines_between_them_are_one_table() -> None:
    content = "Boat,Seats,Captain\n\nTern,40,Ida\n\nGull,north,Tove\n\nSkua,12,Bo\n\n"
    assert [row[1][0] for row in cells(read_csv(content, name="a"))] == ["Seats", "Seats", "Seats"]
