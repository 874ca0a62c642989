"""Files of office programs and wikis: their structure, and what happens without pandoc."""

import importlib.util
import sys
import zipfile
from pathlib import Path

import pytest

from index.articles.converted_text import read_converted, read_docx
from index.articles.document import Document
from index.errors import UnreadableFileError
from tests.support.blocks import assert_sound, shown

needs_pandoc = pytest.mark.skipif(importlib.util.find_spec("pypandoc") is None, reason="needs pandoc")

ORG = """#+TITLE: Of bees
* Hives
Bring:
- a *lid*
- wax
  - warm
| Hive | Bees |
|------+------|
|    1 |  700 |
"""
WIKI = "== Hives ==\nBring:\n* a '''lid'''\n* wax\n** warm\n{|\n! Hive !! Bees\n|-\n| 1 || 700\n|}\n"
ADOC = """= Of bees

== Hives

Bring:

* a *lid*
* wax
** warm

|===
|Hive |Bees

|1 |700
|===
"""
BLOCKS = [
    ("heading", "Hives"),
    ("paragraph", "Bring:"),
    ("list_item", "a lid"),
    ("list_item", "wax"),
    ("list_item", "warm"),
    ("caption", "Hive Bees"),
    ("table_row", "1\t700"),
]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def written(tmp_path: Path, name: str, content: str) -> Document:
    file = tmp_path / name
    file.write_text(content)
    return read_converted(file)


@needs_pandoc
@pytest.mark.parametrize(
    ("name", "content"), [("a.org", ORG), ("a.wiki", WIKI), ("a.mediawiki", WIKI), ("a.adoc", ADOC)]
)
def test_wikis_and_markup(tmp_path: Path, name: str, content: str) -> None:
    document = written(tmp_path, name, content)
    assert_sound(document)
    assert [(kind, " ".join(text.split("\n"))) for kind, text in shown(document)][-7:] == BLOCKS
    assert document.description.title == (None if "wiki" in name else "Of bees")


@needs_pandoc
def test_no_other_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.org").write_text("hunter2")
    document = written(tmp_path, "a.org", f'#+INCLUDE: "{tmp_path / "secret.org"}"\nThey dance.\n')
    assert "hunter2" not in document.text


@needs_pandoc
def test_a_damaged_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be converted by pandoc"):
        written(tmp_path, "a.odt", "They dance.")


@needs_pandoc
def test_a_conversion_that_takes_too_long(tmp_path: Path) -> None:
    (tmp_path / "a.org").write_text(ORG)
    with pytest.raises(UnreadableFileError, match="takes too long"):
        read_converted(tmp_path / "a.org", within=0.001)


def test_without_pandoc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    with pytest.raises(UnreadableFileError, match="converter that is not installed") as caught:
        written(tmp_path, "a.org", ORG)
    assert "footnote-bot[formats]" in caught.value.remedy


def docx(tmp_path: Path, body: str) -> Path:
    file = tmp_path / "a.docx"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="a" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:styleId="Heading1">'
            '<w:name w:val="heading 1"/></w:style></w:styles>',
        )
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return file


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' * bool(style)
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_word(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("Hive", "700 bees"))
    body = paragraph("Bees", "Heading1") + paragraph("They dance.") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    document = read_docx(docx(tmp_path, body))
    assert_sound(document)
    assert shown(document) == [
        ("heading", "Bees"),
        ("paragraph", "They dance."),
        ("table_row", "Hive\t700 bees"),
    ]


def test_what_is_no_word_file(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(b"They dance.")
    with pytest.raises(UnreadableFileError, match="is not a Word file"):
        read_docx(file)


@pytest.mark.slow
def test_entities_neither_swell_nor_are_read_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hunter2")
    file = docx(tmp_path, paragraph("hi &x;"))
    with zipfile.ZipFile(file) as archive:
        document = archive.read("word/document.xml").decode()

    def with_entities(entities: str) -> Path:
        changed = tmp_path / "b.docx"
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(changed, "w") as written:
            for name in archive.namelist():
                entity = f"<!DOCTYPE d [{entities}]>{document}"
                written.writestr(name, entity if name == "word/document.xml" else archive.read(name))
        return changed

    outside = with_entities(f'<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">')
    assert "hunter2" not in read_docx(outside).text
    doubling = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_docx(with_entities(f'<!ENTITY a0 "{"x" * 1_000}">{doubling}<!ENTITY x "&a8;">'))
