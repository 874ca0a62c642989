"""Web pages that become articles."""

import re
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from index.articles.corpus import corpus_files, read_article
from index.articles.file_formats import LARGE
from index.errors import IngestionError, UnreadableFileError
from index.ingestion import corpus_changes, pages
from index.ingestion.corpus_changes import IngestionResult, Outcome
from index.ingestion.pages import add_page, conditions, file_of, read_facts
from index.ingestion.polite_fetching import PoliteFetcher
from tests.support.paths import ROOT
from tests.support.pdf_files import pdf
from tests.support.web_server import WebServer

HERE = PoliteFetcher(["127.0.0.1"], 0.0)
NEWS = (ROOT / "tests" / "data" / "web" / "news.html").read_bytes()


def test_a_page_becomes_an_article_with_what_is_known_of_it(web: WebServer, tmp_path: Path) -> None:
    page = NEWS.replace(b'rel="canonical" href="', b'rel="canonical" href="' + web.origin.encode())
    address = web.put(
        "/news/ferry-to-lund?from=feed", page, ETag='"1"', Last_Modified="Sun, 15 Mar 2026 10:00:00 GMT"
    )
    added = add_page(tmp_path, address, HERE)
    assert (added.outcome, added.title) == (Outcome.ADDED, "Ferry to Lund Island starts again")
    path = tmp_path / added.file
    facts, digest = read_facts(path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", facts.pop("fetched"))
    assert facts == {
        "url": f"{web.origin}/news/ferry-to-lund",
        "title": "Ferry to Lund Island starts again",
        "author": "Newsdesk",
        "published": "2026-03-14T07:30:00+01:00",
        "language": "en",
        "etag": '"1"',
        "last_modified": "2026-03-15T10:00:00Z",
        "sha256": digest,
    }
    article = read_article(*corpus_files(tmp_path))
    assert (article.url, article.author) == (facts["url"], "Newsdesk")
    assert article.published == "2026-03-14T07:30:00+01:00"
    assert "Last boat" in [cell.column for block in article.blocks for cell in block.cells]
    for furniture in ("cookies", "Most read", "All rights reserved", "sha256", "fetched"):
        assert furniture not in article.text


def test_the_address_is_the_pages_own_only_if_it_is_the_same(web: WebServer, tmp_path: Path) -> None:
    """A site whose pages all name its home page as their own must not become one article."""
    page = '<link rel="canonical" href="{}"><h1>Bees</h1><p>Bees hum.</p>'
    for number, named in enumerate(
        ["/", "https://elsewhere.org/0", "http://me:secret@127.0.0.1/0", "http://["]
    ):
        added = add_page(tmp_path, web.put(f"/{number}", page.format(named)), HERE)
        assert added.url == f"{web.origin}/{number}"
        assert "secret" not in (tmp_path / added.file).read_text()


@pytest.mark.parametrize(
    ("served", "header"),
    [("utf-8", "text/html; charset=utf-8"), ("utf-8", "text/html; charset=ascii"),
     ("latin-1", "text/html; charset=iso-8859-1"), ("utf-8", "text/html; charset=nonsense"),
     ("cp1252", "text/html")],
)  # fmt: skip
def test_a_page_is_read_whatever_charset_is_said(
    served: str, header: str, web: WebServer, tmp_path: Path
) -> None:
    page = '<meta charset="utf-16"><h1>Café</h1><p>The café is open. Crème brûlée costs four euros.</p>'
    added = add_page(tmp_path, web.put("/", page.encode(served), header), HERE)
    assert "café is open. Crème brûlée" in (tmp_path / added.file).read_text("utf-8")


def test_a_plain_text_is_kept_in_the_charset_of_the_corpus(web: WebServer, tmp_path: Path) -> None:
    text = "Żółw idzie powoli przez łąkę.\n"
    address = web.put("/turtle.txt", text.encode("iso-8859-2"), "text/plain; charset=iso-8859-2")
    added = add_page(tmp_path, address, HERE)
    assert (tmp_path / added.file).read_text("utf-8") == text
    assert read_article(*corpus_files(tmp_path)).text.strip() == text.strip()
    assert add_page(tmp_path, address, HERE).outcome is Outcome.UNCHANGED


def test_a_pdf_stays_a_pdf_with_its_facts_beside_it(web: WebServer, tmp_path: Path) -> None:
    data = pdf(["Bees hum in the hive."])
    added = add_page(tmp_path, web.put("/papers/bees.pdf", data, "application/pdf", ETag='"p"'), HERE)
    assert added.file.endswith("/papers/bees.pdf")
    assert (tmp_path / added.file).read_bytes() == data
    facts, digest = read_facts(tmp_path / added.file)
    assert (facts["url"], facts["etag"], facts["sha256"]) == (f"{web.origin}/papers/bees.pdf", '"p"', digest)
    assert read_article(*corpus_files(tmp_path)).url == facts["url"]


def test_a_page_that_is_there_is_brought_up_to_date(web: WebServer, tmp_path: Path) -> None:
    address = web.put("/bees", "<h1>Bees</h1><p>Bees hum.</p>")
    path = tmp_path / add_page(tmp_path, address, HERE).file
    before = path.read_bytes()
    assert add_page(tmp_path, address, HERE).outcome is Outcome.UNCHANGED
    assert path.read_bytes() == before
    web.put("/bees", "<h1>Bees</h1><p>Bees sting.</p>")
    assert add_page(tmp_path, address, HERE).outcome is Outcome.UPDATED
    assert "Bees sting." in path.read_text()


def test_two_pages_whose_addresses_are_alike_stay_two(web: WebServer, tmp_path: Path) -> None:
    addresses = {
        web.put(path, f"<h1>{text}</h1><p>{text} hum.</p>")
        for path, text in (("/a/", "Bees"), ("/a/index.html", "Wasps"), ("/a/index", "Flies"))
    }
    files = {address: add_page(tmp_path, address, HERE).file for address in addresses}
    assert len(set(files.values())) == 3
    for address, file in files.items():
        again = add_page(tmp_path, address, HERE)
        assert (again.outcome, again.file) == (Outcome.UNCHANGED, file)
    assert len(corpus_files(tmp_path)) == 3


def test_two_at_once_add_a_page_once(web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = web.put("/bees", "<h1>Bees</h1><p>Bees hum.</p>")
    add, file = corpus_changes.add_article, "meanwhile"

    def add_after_another(*arguments: Any) -> IngestionResult:
        monkeypatch.setattr(pages, "add_article", add)
        nonlocal file
        file = add_page(tmp_path, address, HERE).file
        (tmp_path / file).write_text((tmp_path / file).read_text().replace('fetched: "2', 'fetched: "1'))
        return add(*arguments)

    monkeypatch.setattr(pages, "add_article", add_after_another)
    assert add_page(tmp_path, address, HERE).outcome is Outcome.UNCHANGED
    assert [each.file for each in corpus_files(tmp_path)] == [file]


def test_a_markdown_page_keeps_what_it_says_of_itself(web: WebServer, tmp_path: Path) -> None:
    text = "---\ntitle: Of bees\nlayout: post\n---\n# Bees\n\nBees hum.\n"
    address = web.put("/bees.md", text, "text/markdown")
    add_page(tmp_path, address, HERE)
    article = read_article(*corpus_files(tmp_path))
    assert (article.title, article.url, article.text) == ("Of bees", address, "Bees\n\nBees hum.")
    assert add_page(tmp_path, address, HERE).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("title", "heading", "shown"),
    [
        ("Sirens — Tidewatch manual", "Sirens<a href='#sirens'>¶</a>", "Sirens"),
        ("Sirens", "Of sirens", "Sirens"),
        ("Sirenses", "Sirens", "Sirenses"),
        ("", "Sirens", "Sirens"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(
    title: str, heading: str, shown: str, web: WebServer, tmp_path: Path
) -> None:
    page = f"<title>{title}</title><h1 id='sirens'>{heading}</h1><p>A siren howls.</p>"
    assert add_page(tmp_path, web.put("/", page), HERE).title == shown


def test_what_a_person_wrote_or_changed_stays(web: WebServer, tmp_path: Path) -> None:
    address = web.put("/bees", "<h1>Bees</h1><p>Bees hum.</p>")
    path = tmp_path / add_page(tmp_path, address, HERE).file
    for own in (path.read_text() + "\nMine.", "Mine."):
        path.write_text(own)
        web.put("/bees", "<h1>Bees</h1><p>Bees sting.</p>")
        with pytest.raises(IngestionError):
            add_page(tmp_path, address, HERE)
        assert path.read_text() == own


@pytest.mark.parametrize("header", ["text/html; charset=iso-8859-1", "text/html"])
def test_a_large_page_is_read_within_limits(
    header: str, web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "<h1>Café</h1>" + "<p>The café is open on Mondays.</p>" * 10 + " " * LARGE
    added = add_page(tmp_path, web.put("/", page.encode("latin-1"), header), HERE)
    assert (added.title, added.sentences) == ("Café", 11)

    def fail(_: Path) -> None:
        raise UnreadableFileError("takes too long to read")

    monkeypatch.setattr(pages, "read_document", fail)
    with pytest.raises(UnreadableFileError, match="too long"):
        add_page(tmp_path, web.put("/b", page), HERE)


def test_a_page_without_words_is_no_article(web: WebServer, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        add_page(tmp_path, web.put("/", "<title>Bees</title><script>render()</script>"), HERE)
    assert corpus_files(tmp_path) == []


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("https://example.org/", "example.org/index.md"),
        ("https://Example.org/a/", "example.org/a/index.md"),
        ("https://example.org/a/b.html", "example.org/a/b.md"),
        ("https://example.org:8443/a", "example.org-8443/a.md"),
        ("https://example.org/caf%C3%A9", "example.org/café.md"),
        ("https://[2606:4700::1]/a", "2606-4700--1/a.md"),
    ],
)
def test_a_page_lies_where_its_address_says(address: str, file: str) -> None:
    assert file_of(URL(address), ".md") == file


def test_every_address_has_a_place_of_its_own_below_its_host() -> None:
    addresses = [
        f"https://example.org/{path}"
        for path in ("a?b=1", "a?b=2", "a:b", "a b", "a/%2e%2e/%2e%2e/b", ".git/x", "..%2f..%2fx", "é" * 200,
                     "x" * 999, "x" * 998, "-", ".", "a%00b", "a%5c..%5cb")
    ]  # fmt: skip
    files = [file_of(URL(address), ".md") for address in addresses]
    assert len({*files}) == len({str(URL(address)) for address in addresses})
    for file in files:
        parts = file.split("/")
        assert parts[0] == "example.org"
        assert not [
            part for part in parts if part.startswith(".") or "\\" in part or len(part.encode()) > 200
        ]


def test_a_page_is_asked_for_if_it_has_changed() -> None:
    assert conditions({"etag": '"1"', "last_modified": "2026-03-15T10:00:00Z"}) == {
        "If-None-Match": '"1"',
        "If-Modified-Since": "Sun, 15 Mar 2026 10:00:00 GMT",
    }
    assert conditions({"last_modified": "yesterday"}) == {}


def test_only_what_can_be_sent_is_sent_as_condition() -> None:
    for tag in ("a\r\nCookie: b", "\u20ac"):
        assert conditions({"etag": tag}) == {}


def test_a_date_that_cannot_be_is_left_out(web: WebServer, tmp_path: Path) -> None:
    date = "Sun, 99 Mar 99999999999999 10:00:00 GMT"
    address = web.put("/bees", "<h1>Bees</h1><p>Bees hum.</p>", Last_Modified=date)
    assert "last_modified" not in read_facts(tmp_path / add_page(tmp_path, address, HERE).file)[0]


def test_an_address_that_a_person_broke_is_that_of_no_page(web: WebServer, tmp_path: Path) -> None:
    address = web.put("/bees", "<h1>Bees</h1><p>Bees hum.</p>")
    path = tmp_path / add_page(tmp_path, address, HERE).file
    path.write_text(path.read_text().replace(address, "http://[bees"))
    web.put("/bees", "<h1>Bees</h1><p>Bees sting.</p>")
    assert add_page(tmp_path, address, HERE).file != path.name
    assert "http://[bees" in path.read_text()


def test_a_folder_and_a_page_never_want_the_same_name(web: WebServer, tmp_path: Path) -> None:
    page = "<h1>Bees</h1><p>Bees hum.</p>"
    for path in ("/README.md/", "/README", "/notes", "/notes.md/today", "/a.TXT/b"):
        add_page(tmp_path, web.put(path, page), HERE)
    assert len(corpus_files(tmp_path)) == 5


def test_a_path_of_a_thousand_folders_is_shortened(web: WebServer, tmp_path: Path) -> None:
    page = "<h1>Bees</h1><p>Bees hum.</p>"
    files = {add_page(tmp_path, web.put("/a" * 1_500 + end, page), HERE).file for end in ("/b/c", "/d/c")}
    assert len(files) == 2 and all(file.count("/") < 30 for file in files)
