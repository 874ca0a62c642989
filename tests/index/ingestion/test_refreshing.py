"""Articles that are asked for again, and what never replaces a good copy."""

from pathlib import Path

import pytest

from index.errors import IngestionError
from index.ingestion.corpus_changes import IngestionResult, Outcome, find_file
from index.ingestion.fetching import FetchError
from index.ingestion.pages import add_page
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.refreshing import asks_for_password, fetched_files, refresh_article
from tests.support.growth import LINEAR, growth
from tests.support.pdf_files import pdf
from tests.support.web_server import Reply, WebServer

HERE = ("127.0.0.1",)
PAGE = "<h1>Bees</h1><p>Bees hum. They sleep at night, and all of them stay in the hive in winter.</p>"
NEW = PAGE.replace("hum", "sting")


@pytest.fixture
def added(web: WebServer, tmp_path: Path) -> IngestionResult:
    address = web.put("/bees", PAGE, ETag='"1"', Last_Modified="Sun, 15 Mar 2026 10:00:00 GMT")
    return add_page(tmp_path, address, PoliteFetcher(HERE, 0.0))


def refresh(corpus: Path, added: IngestionResult) -> IngestionResult:
    fetcher = PoliteFetcher(HERE, 0.0)
    return refresh_article(corpus, find_file(corpus, added.file), fetcher)


def test_a_changed_page_is_stored(web: WebServer, added: IngestionResult, tmp_path: Path) -> None:
    web.put("/bees", NEW, ETag='"2"')
    assert refresh(tmp_path, added).outcome is Outcome.UPDATED
    stored = (tmp_path / added.file).read_text()
    assert "Bees sting." in stored and 'etag: "\\"2\\""' in stored


def test_a_page_is_only_sent_if_it_changed(web: WebServer, added: IngestionResult, tmp_path: Path) -> None:
    before = (tmp_path / added.file).read_bytes()
    web.pages["/bees"] = Reply(status=304)
    assert refresh(tmp_path, added).outcome is Outcome.UNCHANGED
    _, headers = web.requests[-1]
    assert headers["If-None-Match"] == '"1"'
    assert headers["If-Modified-Since"] == "Sun, 15 Mar 2026 10:00:00 GMT"
    web.put("/bees", PAGE + "<script>1</script>", ETag='"2"')
    assert refresh(tmp_path, added).outcome is Outcome.UNCHANGED
    assert (tmp_path / added.file).read_bytes() == before


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_leaves_its_copy(
    status: int, web: WebServer, added: IngestionResult, tmp_path: Path
) -> None:
    before = (tmp_path / added.file).read_bytes()
    web.pages["/bees"] = Reply(b"<p>Not here.</p>", status, {"Content-Type": "text/html"})
    assert refresh(tmp_path, added).outcome is Outcome.GONE
    assert (tmp_path / added.file).read_bytes() == before


LOGIN = "<h1>Log in</h1><form><input name='u'><input type='password'></form><p>Members only.</p>"


@pytest.mark.parametrize(
    "case", ["500", "429", "login", "sign-in", "home", "empty", "picture", "pdf", "broken"]
)
def test_nothing_else_replaces_a_good_copy(
    case: str, web: WebServer, added: IngestionResult, tmp_path: Path
) -> None:
    before = (tmp_path / added.file).read_bytes()
    web.put("/", "<h1>Home</h1><p>Welcome to all of our visitors.</p>")
    web.put("/users/sign_in?next=/bees", "<h1>Hello</h1><p>Welcome back, and tell us who you are.</p>")
    {
        "500": lambda: web.pages.update({"/bees": Reply(status=500)}),
        "429": lambda: web.pages.update({"/bees": Reply(status=429, headers={"Retry-After": "9999"})}),
        "login": lambda: web.put("/bees", LOGIN),
        "sign-in": lambda: web.redirect("/bees", "/users/sign_in?next=/bees"),
        "home": lambda: web.redirect("/bees", "/"),
        "empty": lambda: web.put("/bees", ""),
        "picture": lambda: web.put("/bees", b"\x89PNG", "image/png"),
        "pdf": lambda: web.put("/bees", pdf(["Bees sting."]), "application/pdf"),
        "broken": lambda: web.put("/bees", PAGE, Content_Length="9999"),
    }[case]()
    with pytest.raises(Exception) as raised:
        refresh(tmp_path, added)
    assert isinstance(raised.value, IngestionError) or case == "empty"
    assert (tmp_path / added.file).read_bytes() == before


def test_a_page_that_moved_is_followed(web: WebServer, added: IngestionResult, tmp_path: Path) -> None:
    web.put("/insects/bees", NEW)
    web.redirect("/bees", "/insects/bees")
    moved = refresh(tmp_path, added)
    assert (moved.outcome, moved.file, moved.url) == (
        Outcome.UPDATED,
        added.file,
        f"{web.origin}/insects/bees",
    )


def test_an_article_changed_by_hand_is_not_asked_for(
    web: WebServer, added: IngestionResult, tmp_path: Path
) -> None:
    path = tmp_path / added.file
    path.write_text(path.read_text() + "\nMine.")
    web.put("/bees", NEW)
    with pytest.raises(IngestionError, match="changed by hand"):
        refresh(tmp_path, added)
    assert web.asked == ["/bees"]


def test_what_a_person_added_above_the_text_stays(
    web: WebServer, added: IngestionResult, tmp_path: Path
) -> None:
    path = tmp_path / added.file
    path.write_text(path.read_text().replace("\n---\n", '\nauthor: "Ada"\n---\n', 1))
    web.put("/bees", NEW)
    assert refresh(tmp_path, added).outcome is Outcome.UPDATED
    stored = path.read_text()
    assert 'author: "Ada"' in stored and "Bees sting." in stored
    assert "etag" not in stored  # that of the earlier page
    path.write_text(stored.replace("\n---\n", "\ntags: [a, b]\n---\n", 1))
    web.put("/bees", PAGE)
    with pytest.raises(IngestionError, match="changed by hand"):
        refresh(tmp_path, added)


def test_a_pdf_is_replaced_and_described_anew(web: WebServer, tmp_path: Path) -> None:
    added = add_page(
        tmp_path, web.put("/a.pdf", pdf(["Bees hum."]), "application/pdf", ETag='"1"'), PoliteFetcher(HERE)
    )
    path = tmp_path / added.file
    new = pdf(["Bees sting."])
    web.put("/a.pdf", new, "application/pdf", ETag='"2"')
    # A kill between the two: the new file, still with the old description.
    path.write_bytes(new)
    assert refresh(tmp_path, added).outcome is Outcome.UNCHANGED
    assert 'etag = "\\"2\\""' in path.with_name("a.pdf.toml").read_text()
    path.write_bytes(pdf(["Mine."]))
    with pytest.raises(IngestionError, match="changed by hand"):
        refresh(tmp_path, added)


def test_only_what_was_fetched_is_asked_for(added: IngestionResult, tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("---\nurl: https://example.org/\n---\nMine.")
    (tmp_path / "own.txt").write_text("Mine.")
    assert [file.file for file in fetched_files(tmp_path)] == [added.file]
    with pytest.raises(IngestionError, match="not fetched"):
        refresh_article(tmp_path, find_file(tmp_path, "own.md"), PoliteFetcher(HERE))


def test_a_server_that_is_down_is_an_error(web: WebServer, added: IngestionResult, tmp_path: Path) -> None:
    web.pages["/bees"] = Reply(status=503)
    with pytest.raises(FetchError):
        refresh(tmp_path, added)


@pytest.mark.slow
def test_a_password_field_is_looked_for_in_linear_time() -> None:
    inputs = b"<input" * 10_000
    assert growth(asks_for_password, inputs.replace(b"<", b">"), inputs) < LINEAR
