"""File formats: what text each gives, and each reason to refuse a file."""

import io
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from index.articles.corpus import SUFFIXES, read_article
from index.errors import UnreadableFileError
from index.llamaindex.file_readers import file_extractor
from index.records import Article
from tests.support.small_corpus import put

RTF = rb"{\rtf1\ansi {\b Bees dance.}\par They tell others where the food is: caf\'e9.\par}"


def pdf(pages: list[str], lock: str | None = None, **information: str) -> bytes:
    """Return a PDF file with the lines of each page; `lock` is the password that reading it takes."""
    writer = PdfWriter()
    font = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
    )
    for text in pages:
        page = writer.add_blank_page(500, 500)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        lines = " 0 -15 Td ".join(f"({line}) Tj" for line in text.splitlines())
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 450 Td {lines} ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({f"/{key}": value for key, value in information.items()})
    if lock is not None:
        writer.encrypt(lock, "owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def aes_pdf() -> bytes:
    """Return a PDF file in a cipher that pypdf alone cannot open."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Filter/Standard/V 5/R 6/Length 256/P -4/O<%s>/U<%s>/OE<%s>/UE<%s>/Perms<%s>/StmF/S/StrF/S"
        b"/CF<</S<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>>>"
        % (b"00" * 48, b"00" * 48, b"00" * 32, b"00" * 32, b"00" * 16),
    ]
    data, offsets = b"%PDF-2.0\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n" % len(
        data
    )
    return data + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def test_text_is_kept_as_it_stands(tmp_path: Path) -> None:
    content = "\ufeff  Bees\r\n\r\ndance.\t \r\n\f\nÜber 100 \r\n\n\n"
    article = read_article(put(tmp_path, "a.txt", content))
    assert article.text == "  Bees\n\ndance.\t \n\f\nÜber 100 \n\n\n"
    assert article.title == "Bees"


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    text = "# Other\n\nThey *dance*.\n"
    content = f"---\ntitle: Bees\nurl: https://a.b/c\ndate: 2020-01-02\nauthor: Ada\n---\n\n{text}"
    article = read_article(put(tmp_path, "sub/a.md", content))
    assert replace(article, blocks=()) == Article(
        "sub/a", "Bees", text, "sub/a.md", "https://a.b/c", "2020-01-02", "Ada"
    )


def test_html(tmp_path: Path) -> None:
    article = read_article(put(tmp_path, "a.html", "<title>Bees</title><p>They dance.<p>They fly."))
    assert (article.title, article.text) == ("Bees", "They dance.\n\nThey fly.")


def test_pdf(tmp_path: Path) -> None:
    data = pdf(["Bees dance. They", "tell others where the food is."], Title="Of Bees", Author="Ada")
    article = read_article(put(tmp_path, "a.pdf", data))
    assert (article.title, article.author) == ("Of Bees", "Ada")
    assert article.text.split() == "Bees dance. They tell others where the food is.".split()
    assert "\n\n" not in article.text.strip(), "a sentence may go on on the next page"


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - x.doc", "draft3.indd", "  "])
def test_titles_that_programs_give_to_pdfs_are_none(tmp_path: Path, title: str) -> None:
    assert read_article(put(tmp_path, "bees.pdf", pdf(["They dance.\nOften."], Title=title))).title == "bees"


def test_a_pdf_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    assert "dance" in read_article(put(tmp_path, "a.pdf", pdf(["They dance."], lock=""))).text


def test_rtf(tmp_path: Path) -> None:
    article = read_article(put(tmp_path, "a.rtf", RTF))
    assert article.text.split("\n")[:2] == ["Bees dance.", "They tell others where the food is: café."]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "^is empty$"),
        ("blank.txt", b" \r\n\t\n", "^is empty$"),
        ("mark.txt", b"\xef\xbb\xbf", "^is empty$"),
        ("rules.md", b"---\n***\n...\n", "^holds no words$"),
        ("only-front-matter.md", b"---\ntitle: x\n---\n", "^is empty$"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary data"),
        ("blank.html", b"<html><script>x</script></html>", "^is empty$"),
        ("secret.pdf", pdf(["They dance."], lock="secret"), "^is encrypted$"),
        ("aes.pdf", aes_pdf(), "^is encrypted$"),
        ("scan.pdf", pdf([""]), r"^holds no text \(a scan\?\)$"),
        ("text.pdf", b"They dance.", "^cannot be read: Pdf"),
        ("cut.pdf", pdf(["They dance."])[:200], "^cannot be read: "),
        ("text.rtf", b"They dance.", "^is not an RTF file$"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason) as caught:
        read_article(put(tmp_path, name, content))
    assert "\n" not in caught.value.message


def test_parsers_are_silent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    handlers = logging.getLogger().handlers[:]
    data = pdf(["They dance."]).replace(b"startxref\n", b"startxref\n1")
    article = read_article(put(tmp_path, "odd.pdf", data))
    assert "dance" in article.text
    read_article(put(tmp_path, "address.html", "https://example.org/"))
    read_article(put(tmp_path, "x.xhtml", "<?xml version='1.0'?><html><p>x</p></html>"))
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
    assert logging.getLogger().handlers == handlers


def test_llamaindex_reads_a_folder_with_our_file_formats(tmp_path: Path) -> None:
    from llama_index.core import SimpleDirectoryReader

    assert set(file_extractor()) == SUFFIXES
    put(tmp_path, "a.txt", "The café.".encode("latin-1"))
    put(tmp_path, "b.html", "<title>Bees</title><p>They dance.")
    documents = SimpleDirectoryReader(str(tmp_path), file_extractor=file_extractor()).load_data()
    assert [document.text for document in documents] == ["The café.", "They dance."]
    assert documents[1].metadata["title"] == "Bees"
    assert documents[1].metadata["file_name"] == "b.html"
