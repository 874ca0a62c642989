"""Files of a corpus folder: ids, links, every kind of file, and each reason to refuse one."""

import io
import logging
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from index.articles import corpus
from index.articles.corpus import SUFFIXES, CorpusFile, corpus_files, read_article
from index.errors import ConfigurationError, UnreadableFileError
from index.records import Article
from tests.support.paths import CORPUS

RTF = rb"{\rtf1\ansi {\b Bees dance.}\par They tell others where the food is: caf\'e9.\par}"


def put(folder: Path, name: str, content: str | bytes = "Some words.") -> CorpusFile:
    """Write one file and return it as the corpus lists it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return next(file for file in corpus_files(folder) if file.path == path)


def ids(folder: Path) -> list[str]:
    return [file.id for file in corpus_files(folder)]


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


def test_the_first_article_is_its_file() -> None:
    (file,) = corpus_files(CORPUS)
    article = read_article(file)
    assert article == Article(
        id="coalition-strikes-near-al-tanf",
        title="Coalition Strikes Pro-Assad Shiite Militias Again Near Key Outpost In Syria",
        text=file.path.read_text(encoding="utf-8"),
        file="coalition-strikes-near-al-tanf.txt",
    )


def test_what_is_listed(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/deep/c.HTML", "image.png", "none", ".hidden.txt", ".git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    assert [(file.id, file.file) for file in corpus_files(tmp_path)] == [
        ("a", "a.txt"),
        ("b", "b.md"),
        ("sub/deep/c", "sub/deep/c.HTML"),
    ]


def test_files_that_would_share_an_id_keep_their_extensions(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "a.txt.md", "b.md", "v1.2.txt"):
        put(tmp_path, name)
    assert ids(tmp_path) == ["a.md", "a.txt", "a.txt.md", "b", "v1.2"]


def test_odd_names(tmp_path: Path) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    names = [
        " a b .txt",
        "new\nline.txt",
        "-rf.txt",
        "a..txt",
        f"{decomposed}.txt",
        "🐝.md",
        "a;b'c\".txt",
    ]
    for name in names:
        put(tmp_path, name)
    os.close(os.open(os.fsencode(tmp_path) + b"/bad\xe9.txt", os.O_CREAT))
    assert set(ids(tmp_path)) == {
        " a b ",
        "new\nline",
        "-rf",
        "a.",
        composed,
        "🐝",
        "a;b'c\"",
        r"bad\xe9",
    }
    put(tmp_path, f"{composed}.txt")
    assert {f"{composed}.txt", f"{decomposed}.txt"} < set(ids(tmp_path))
    for name in (r"bad\xe9.txt", r"bad\\xe9.txt", r"a\b.txt"):
        put(tmp_path, name)
    os.close(os.open(os.fsencode(tmp_path) + b"/bad\\\xe9.txt", os.O_CREAT))
    assert {r"bad\xe9", r"bad\\xe9", r"bad\\\xe9", r"bad\\\\xe9", r"a\b"} < set(ids(tmp_path))
    assert len({file.file for file in corpus_files(tmp_path)}) == len(ids(tmp_path)) == 13


@given(
    st.lists(
        st.lists(st.text("ab.é/ ", min_size=1, max_size=4), min_size=1, max_size=3),
        max_size=12,
        unique_by=str,
    ),
    st.data(),
)
def test_ids_are_unique(stems: list[list[str]], data: st.DataObject) -> None:
    files = {"/".join(parts) + data.draw(st.sampled_from([".txt", ".md", ".txt.md"])) for parts in stems}
    found = corpus._ids(sorted(files))
    assert len(set(found)) == len(found) == len(files)


def test_links(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    put(outside, "secret.txt", "A secret.")
    put(corpus, "a.txt", "Some words.")
    put(corpus, "store/data.bin.txt", "Some words.")
    (corpus / "inside.txt").symlink_to("a.txt")
    (corpus / "store" / "loop").symlink_to(corpus)
    (corpus / "self.txt").symlink_to("self.txt")
    (corpus / "broken.txt").symlink_to("nothing.txt")
    (corpus / "leak.txt").symlink_to("../outside/secret.txt")
    (corpus / "leaks").symlink_to("../outside")
    files = {file.file: file for file in corpus_files(corpus)}
    assert set(files) == {
        "a.txt",
        "broken.txt",
        "inside.txt",
        "leak.txt",
        "leaks/",
        "self.txt",
        "store/data.bin.txt",
    }
    assert read_article(files["inside.txt"]).text == "Some words."
    for name, reason in {
        "leak.txt": "leaves the corpus",
        "leaks/": "leaves the corpus",
        "broken.txt": "No such file",
        "self.txt": "cannot be read",
    }.items():
        with pytest.raises(UnreadableFileError, match=reason):
            read_article(files[name])


def test_a_corpus_behind_a_link(tmp_path: Path) -> None:
    put(tmp_path / "real", "a.txt")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "b.txt").symlink_to("a.txt")
    assert [read_article(file).id for file in corpus_files(tmp_path / "link")] == ["a", "b"]


def test_a_corpus_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no-folder: no such corpus folder"):
        corpus_files(tmp_path / "no-folder")
    file = put(tmp_path, "a.txt").path
    with pytest.raises(ConfigurationError, match=r"a\.txt: the corpus must be a folder"):
        corpus_files(file)
    (tmp_path / "empty").mkdir()
    assert corpus_files(tmp_path / "empty") == []


def test_folders_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.txt")
    put(tmp_path, "closed/b.txt")
    listed, closed = os.scandir, [tmp_path / "closed"]

    def scandir(path: Path) -> object:
        if Path(path) in closed:  # a superuser, as tests may be, is refused nothing
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    folder, file = sorted(corpus_files(tmp_path), key=lambda file: file.file, reverse=True)
    assert (folder.file, file.file) == ("closed/", "a.txt")
    with pytest.raises(UnreadableFileError, match="could not be listed"):
        read_article(folder)
    closed.append(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read: Permission denied"):
        corpus_files(tmp_path)


def test_text_is_kept_as_it_stands(tmp_path: Path) -> None:
    content = "\ufeff  Bees\r\n\r\ndance.\t \r\n\f\nÜber 100 \r\n\n\n"
    article = read_article(put(tmp_path, "a.txt", content))
    assert article.text == "  Bees\n\ndance.\t \n\f\nÜber 100 \n\n\n"
    assert article.title == "Bees"


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    text = "# Other\n\nThey *dance*.\n"
    content = f"---\ntitle: Bees\nurl: https://a.b/c\ndate: 2020-01-02\nauthor: Ada\n---\n\n{text}"
    article = read_article(put(tmp_path, "sub/a.md", content))
    assert article == Article("sub/a", "Bees", text, "sub/a.md", "https://a.b/c", "2020-01-02", "Ada")


def test_a_file_without_a_title_is_named_by_its_file(tmp_path: Path) -> None:
    assert read_article(put(tmp_path, "sub/the file.txt", "Bees dance.\nThey do.")).title == "the file"


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


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = put(tmp_path, "huge.txt", "words")
    with file.path.open("r+b") as stream:
        stream.truncate(100 * 2**20)
    with pytest.raises(UnreadableFileError, match="is too large: 100 MB, at most 50 MB"):
        read_article(file)


def test_a_file_that_goes_away(tmp_path: Path) -> None:
    file = put(tmp_path, "a.txt")
    file.path.unlink()
    with pytest.raises(UnreadableFileError, match=r"^cannot be read: No such file"):
        read_article(file)


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


def test_llamaindex_reads_a_folder_with_our_readers(tmp_path: Path) -> None:
    from llama_index.core import SimpleDirectoryReader

    from index.articles.file_formats import file_readers

    assert set(file_readers()) == SUFFIXES
    put(tmp_path, "a.txt", "The café.".encode("latin-1"))
    put(tmp_path, "b.html", "<title>Bees</title><p>They dance.")
    documents = SimpleDirectoryReader(str(tmp_path), file_extractor=file_readers()).load_data()
    assert [document.text for document in documents] == ["The café.", "They dance."]
    assert documents[1].metadata["title"] == "Bees"
    assert documents[1].metadata["file_name"] == "b.html"


def test_listing_files_imports_no_framework(tmp_path: Path) -> None:
    import subprocess

    program = (
        "import sys; from pathlib import Path; from index.articles.corpus import corpus_files; "
        "corpus_files(Path(sys.argv[1])); from index.segmentation.sentences import split_sentences; "
        "print([name for name in ('llama_index', 'bs4', 'pypdf', 'yaml', 'torch') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(CORPUS)],
        capture_output=True,
        text=True,
        check=True,
        cwd=CORPUS.parent,
    )
    assert run.stdout == "[]\n"
