"""Files of office programs: neither hidden nor struck text is read."""

import importlib.util
import zipfile
from pathlib import Path

import pytest

from index.articles.converted_text import read_converted, read_docx
from index.articles.word_formulas import MATH
from index.errors import UnreadableFileError
from tests.index.articles.test_converted_text import WORD, docx

needs_pandoc = pytest.mark.skipif(importlib.util.find_spec("pypandoc") is None, reason="needs pandoc")


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    "look",
    [
        "<w:vanish/>",
        '<w:vanish w:val="true"/>',
        "<w:strike/>",
        "<w:dstrike/>",
        '<w:rStyle w:val="Secret"/>',
        '<w:rStyle w:val="MoreSecret"/>',
    ],
)
def test_hidden_and_struck_runs_of_word(tmp_path: Path, look: str) -> None:
    body = f"<w:p>{run('You get ')}{run('20 ', look)}{run('15 shards.')}</w:p>"
    file = docx(tmp_path, body)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning):
        archive.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{WORD}">'
            '<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
            '<w:style w:type="character" w:styleId="MoreSecret"><w:basedOn w:val="Secret"/></w:style>'
            "</w:styles>",
        )
    assert read_docx(file).text == "You get 15 shards."


def test_what_word_shows(tmp_path: Path) -> None:
    shown = ['<w:vanish w:val="0"/>', '<w:strike w:val="false"/>', "<w:webHidden/>", "<w:b/>"]
    body = "".join(run(f"word{number} ", look) for number, look in enumerate(shown))
    marked = f"<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{run('end')}"
    document = read_docx(docx(tmp_path, f"<w:p>{body}{marked}</w:p>"))
    assert document.text == "word0 word1 word2 word3 end"


def test_tracked_changes_and_comments_of_word(tmp_path: Path) -> None:
    deleted = '<w:del w:id="1"><w:r><w:delText>20 </w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2">{run("15 ")}</w:ins>'
    moved = f'<w:moveFrom w:id="3">{run("shards")}</w:moveFrom>'
    comment = '<w:r><w:commentReference w:id="4"/></w:r>'
    document = read_docx(
        docx(tmp_path, f"<w:p>{run('You get ')}{deleted}{inserted}{moved}{comment}{run('shards.')}</w:p>")
    )
    assert document.text == "You get 15 shards."


def test_simple_fields_and_directions_of_word_are_read(tmp_path: Path) -> None:
    field = f'<w:fldSimple w:instr=" SEQ Table ">{run("1")}</w:fldSimple>'
    word = f'<w:dir w:val="rtl">{run("Fees")}</w:dir><w:bdo w:val="rtl">{run(" of May")}</w:bdo>'
    document = read_docx(docx(tmp_path, f"<w:p>{run('Table ')}{field}{run(': ')}{word}</w:p>"))
    assert document.text == "Table 1: Fees of May"


def test_formulas_of_word_are_read(tmp_path: Path) -> None:
    formula = (
        f'<m:oMath xmlns:m="{MATH[1:-1]}"><m:r><m:t>d=</m:t></m:r><m:sSup><m:e><m:r><m:t>v</m:t></m:r></m:e>'
        "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    document = read_docx(docx(tmp_path, f"<w:p>{run('It needs ')}{formula}{run(' metres.')}</w:p>"))
    assert document.text == "It needs d=v^2 metres."


def test_a_hidden_field_stays_a_field(tmp_path: Path) -> None:
    field = "".join(
        f"<w:r><w:rPr><w:vanish/></w:rPr>{part}</w:r>"
        for part in (
            '<w:fldChar w:fldCharType="begin"/>',
            "<w:instrText>XE secret</w:instrText>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    assert read_docx(docx(tmp_path, f"<w:p>{run('Bees')}{field}{run(' dance.')}</w:p>")).text == "Bees dance."


ODT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2">
<office:automatic-styles>
<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="T2" style:family="text">
<style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="T3" style:family="text" style:parent-style-name="T2"/>
<style:style style:name="T4" style:family="text">
<style:text-properties style:text-line-through-style="none"/></style:style>
</office:automatic-styles>
<office:body><office:text><text:p>You get <text:span text:style-name="T1">18 </text:span><text:span
 text:style-name="T2">20 </text:span><text:span text:style-name="T3">21 </text:span><text:span
 text:style-name="T4">15</text:span> shards.</text:p>
<text:section text:name="a" text:display="none"><text:p>Secret.</text:p></text:section>
<text:p>Secret, too.<text:hidden-paragraph text:is-hidden="true"/></text:p>
<text:p>They dance.<text:hidden-text text:is-hidden="true">secret</text:hidden-text></text:p>
</office:text></office:body></office:document-content>"""
MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
STYLES = """<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>"""


def _odt(tmp_path: Path, content: str) -> Path:
    file = tmp_path / "a.odt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("styles.xml", STYLES)
        archive.writestr("content.xml", content)
    return file


@needs_pandoc
def test_hidden_and_struck_text_of_opendocument(tmp_path: Path) -> None:
    assert read_converted(_odt(tmp_path, ODT)).text == "You get 15 shards.\n\nThey dance."


@needs_pandoc
@pytest.mark.parametrize("style", ["Title", "P1"])
def test_the_title_of_an_opendocument_text_is_a_heading(tmp_path: Path, style: str) -> None:
    head, _, rest = ODT.partition("</office:automatic-styles>")
    head += '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
    body = f'<text:p text:style-name="{style}">Of bees</text:p><text:p>They dance.</text:p>'
    start, _, _ = rest.partition("<text:p>")
    content = (
        f"{head}</office:automatic-styles>{start}{body}</office:text></office:body></office:document-content>"
    )
    document = read_converted(_odt(tmp_path, content))
    assert [(block.kind.value, block.level) for block in document.blocks] == [
        ("heading", 1),
        ("paragraph", 0),
    ]


def test_slides(tmp_path: Path) -> None:
    pypandoc = pytest.importorskip("pypandoc")
    file = tmp_path / "a.pptx"
    pypandoc.convert_text(
        "# Bees\n\nThey ~~fly~~ dance.\n\n# Wasps\n\nThey sting.\n", "pptx", "md", outputfile=str(file)
    )
    changed = tmp_path / "b.pptx"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("ppt/slides/slide") and b"sting" in content:
                content = content.replace(b"<p:sld ", b'<p:sld show="0" ', 1)
            target.writestr(name, content)
    assert "They dance." in read_converted(changed).text
    assert "sting" not in read_converted(changed).text


@pytest.mark.parametrize("damage", ["encrypt", "overwrite"])
def test_a_word_file_that_cannot_be_unpacked(tmp_path: Path, damage: str) -> None:
    file = docx(tmp_path, f"<w:p>{run('Bees dance. ' * 50)}</w:p>")
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    content = bytearray(file.read_bytes())
    if damage == "encrypt":
        content[content.index(b"PK\x01\x02") + 8] |= 1
    else:
        start = content.index(b"word/document.xml") + len("word/document.xml")
        content[start : start + 20] = b"\xff" * 20
    file.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="encrypted or damaged"):
        read_docx(file)


def test_a_word_file_whose_text_is_cut_off(tmp_path: Path) -> None:
    file = docx(tmp_path, f"<w:p>{run('Bees dance.')}</w:p>")
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content[:-20] if name == "word/document.xml" else content)
    with pytest.raises(UnreadableFileError, match="encrypted or damaged"):
        read_docx(file)
