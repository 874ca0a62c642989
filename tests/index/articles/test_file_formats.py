"""File formats: what text each gives, and each reason to refuse a file."""

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest

from index.articles.corpus import corpus_files, read_article, unsupported_files
from index.errors import UnreadableFileError
from index.records import Article
from index.segmentation.sentences import split_sentences
from tests.support.pdf_files import pdf
from tests.support.small_corpus import put

RTF = rb"{\rtf1\ansi {\b Bees dance.}\par They tell others where the food is: caf\'e9.\par}"


@pytest.mark.parametrize("first", ["No.", "No. of players", "Max. for two", "Paid?", "Est. When"])
@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("a.md", "| {0} | First name |\n|---|---|\n| 2 | Mara |\n| 3 | Tom |\n"),
        ("a.csv", "{0},First name\n2,Mara\n3,Tom\n"),
        ("a.html", "<table><tr><th>{0}<th>First name<tr><td>2<td>Mara<tr><td>3<td>Tom</table>"),
        ("a.txt", "{0}\tFirst name\n2\tMara\n3\tTom\n"),
        ("a.rst", "{1}  ==========\n{0}  First name\n{1}  ==========\n{2}  Mara\n{1}  ==========\n"),
    ],
)
def test_the_names_of_columns_are_one_sentence(tmp_path: Path, name: str, table: str, first: str) -> None:
    content = table.format(first, "=" * len(first), "2".ljust(len(first)))
    article = read_article(put(tmp_path, name, content))
    sentences = split_sentences(article.text, article.blocks)
    header = article.text[sentences[0].start : sentences[0].end]
    assert header.split() == f"{first} First name".split()
    assert article.blocks[sentences[1].block].cells[0].column == first


def test_text_is_kept_as_it_stands(tmp_path: Path) -> None:
    content = "\ufeff  Bees\r\n\r\ndance.\t \r\n\f\nÜber 100 \r\n\n\n"
    article = read_article(put(tmp_path, "a.txt", content))
    assert article.text == "  Bees\n\ndance.\t \n\f\nÜber 100 \n\n\n"
    assert article.title == "Bees"


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    front_matter = "---\ntitle: Bees\nurl: https://a.b/c\ndate: 2020-01-02\nauthor: Ada\n---\n\n"
    content = f"{front_matter}# Other\n\nThey *dance*.\n"
    article = read_article(put(tmp_path, "sub/a.md", content))
    assert replace(article, blocks=()) == Article(
        id="sub/a",
        title="Bees",
        text="Other\n\nThey dance.",
        file="sub/a.md",
        url="https://a.b/c",
        published="2020-01-02",
        author="Ada",
        updated=1_577_923_200,  # midnight in UTC
    )


def test_html(tmp_path: Path) -> None:
    article = read_article(put(tmp_path, "a.html", "<title>Bees</title><p>They dance.<p>They fly."))
    assert (article.title, article.text) == ("Bees", "They dance.\n\nThey fly.")


def test_rtf(tmp_path: Path) -> None:
    article = read_article(put(tmp_path, "a.rtf", RTF))
    assert article.text.strip().split("\n\n")[:2] == [
        "Bees dance.",
        "They tell others where the food is: café.",
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "^is empty$"),
        ("blank.txt", b" \r\n\t\n", "^is empty$"),
        ("mark.txt", b"\xef\xbb\xbf", "^is empty$"),
        ("rules.md", b"---\n***\n...\n", "^is empty$"),
        ("only-front-matter.md", b"---\ntitle: x\n---\n", "^is empty$"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary data"),
        ("blank.html", b"<html><script>x</script></html>", "^is empty$"),
        ("text.pdf", b"They dance.", "^is damaged, or no PDF file$"),
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


def test_of_json_only_exports_of_chats_are_articles(tmp_path: Path) -> None:
    export = b'{\n "guild": {"name": "Fern"}, "channel": {"name": "general"}, "messages": '
    export += b'[{"author": {"name": "tom"}, "content": "It is 8812."}]}'
    put(tmp_path, "chat.json", export)
    (tmp_path / "package.json").write_bytes(b'{"name": "fern"}')
    os.mkfifo(tmp_path / "pipe.json")
    (file,) = corpus_files(tmp_path)
    assert unsupported_files(tmp_path) == {".json": 2}
    article = read_article(file)
    assert (article.id, article.title, article.text) == ("chat", "Fern › general", "tom: It is 8812.")


def test_minutes_are_messages_in_every_format(tmp_path: Path) -> None:
    said = [
        "Ada Holm: Who pays for the roof?",
        "Tom: The council has promised to.",
        "Ada Holm: Then we begin soon.",
    ]
    put(tmp_path, "a.txt", "\n".join(said))
    put(tmp_path, "b.html", "".join(f"<p>{line}</p>" for line in said))
    for file in corpus_files(tmp_path):
        assert [block.kind.value for block in read_article(file).blocks] == ["question", "message", "message"]
