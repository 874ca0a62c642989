"""Books: their chapters in the order of reading, and archives that are none or swell."""

import zipfile
from pathlib import Path

import pytest

from index.articles.dates import latest_date
from index.articles.epub_text import read_epub
from index.articles.front_matter import Description
from index.errors import UnreadableFileError
from tests.support.blocks import assert_sound, shown

CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Of bees</dc:title><dc:creator>Ada</dc:creator><dc:date>2021</dc:date></metadata><manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="text/b%20c.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>
<item id="i" href="i.png" media-type="image/png"/></manifest>
<spine><itemref idref="nav"/><itemref idref="a"/><itemref idref="i"/><itemref idref="b"/><itemref idref="a"/>
<itemref idref="none"/></spine></package>"""
PAGES = {
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": PACKAGE,
    "OPS/nav.xhtml": "<p>Contents</p>",
    "OPS/a.xhtml": "<?xml version='1.0'?><html><h1>One</h1><p>They d\u00e4nce.</p></html>",
    "OPS/text/b c.xhtml": "<html><h1>Two</h1><table><tr><td>a</td><td>b</td></tr></table></html>",
}


def book(tmp_path: Path, **changed: str) -> Path:
    file = tmp_path / "a.epub"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in (PAGES | changed).items():
            archive.writestr(path, content)
    return file


def test_chapters_in_the_order_of_reading(tmp_path: Path) -> None:
    document = read_epub(book(tmp_path))
    assert_sound(document)
    assert document.description == Description(
        "Of bees", published="2021", author="Ada", updated=latest_date(["2021"])
    )
    assert shown(document) == [
        ("heading", "One"),
        ("paragraph", "They dänce."),
        ("heading", "Two"),
        ("table_row", "a\tb"),
    ]


@pytest.mark.parametrize("kind", ['epub:type="noteref"', "id='r1' epub:type='z3998:x noteref'"])
def test_marks_of_notes_are_no_numbers(tmp_path: Path, kind: str) -> None:
    page = f"<html><p>It costs 5<a {kind} href='#n1'>1</a> coins, see <a href='#n1'>below</a>.</p></html>"
    document = read_epub(book(tmp_path, **{"OPS/a.xhtml": page}))
    assert shown(document)[0] == ("paragraph", "It costs 5 coins, see below.")


def test_a_book_that_swells(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="is too large when it is unpacked"):
        read_epub(book(tmp_path, **{"OPS/a.xhtml": "a" * 200_000}), largest=100_000)


@pytest.mark.parametrize(
    "changed",
    [
        {"META-INF/container.xml": "<container/>"},
        {"META-INF/container.xml": "no"},
        {"META-INF/container.xml": CONTAINER.replace("book.opf", "none.opf")},
        {"OPS/book.opf": PACKAGE.replace("a.xhtml", "../../../etc/passwd")},
    ],
)
def test_damaged_books(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(UnreadableFileError, match="is not an EPUB file"):
        read_epub(book(tmp_path, **changed))


def test_what_is_no_archive(tmp_path: Path) -> None:
    file = tmp_path / "a.epub"
    file.write_bytes(b"They dance.")
    with pytest.raises(UnreadableFileError, match="is not an EPUB file"):
        read_epub(file)


def test_entities_are_not_read_from_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    package = PACKAGE.replace(
        "<package", f'<!DOCTYPE package [<!ENTITY x SYSTEM "{secret.as_uri()}">]><package', 1
    ).replace("Of bees", "Of bees &x;")
    document = read_epub(book(tmp_path, **{"OPS/book.opf": package}))
    assert "hunter2" not in str(document.description)
