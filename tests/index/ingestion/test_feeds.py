"""Entries of a feed whose pages do not come: what the feed says of them in full."""

from pathlib import Path

import pytest
from yarl import URL

from index.articles.corpus import corpus_files
from index.errors import IngestionError
from index.ingestion.corpus_changes import Outcome
from index.ingestion.feeds import add_entry
from index.ingestion.fetching import FetchError
from index.ingestion.pages import read_facts
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.xml_lists import FeedEntry, feed_entries
from tests.support.web_server import Reply, WebServer, web_server

RSS = """<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>
<title>Wasps &amp; bees</title><link>/wasps</link><description>In short.</description>
<content:encoded><![CDATA[<p>Wasps build with <b>paper</b>. They sting.</p>]]></content:encoded></item>
<item><title>Flies</title><link>/flies</link><description>Flies hum.</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom">
<entry><title>A</title><link href="/a"/><content type="html">&lt;p&gt;Ants march.&lt;/p&gt;</content></entry>
<entry><title>B</title><link href="/b"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Beetles <em>dig</em>.</p></div></content></entry>
<entry><title>C</title><link href="/c"/><content>1 &lt; 2 crickets</content></entry>
<entry><title>D</title><link href="/d"/><summary>Dragonflies.</summary></entry></feed>"""
PAGE = "<h1>Wasps</h1><p>The page itself says more of wasps.</p>"


def add(corpus: Path, web: WebServer, path: str, feed: str) -> Outcome:
    entry = next(each for each in feed_entries(feed.encode()) if each.address == path)
    return add_entry(corpus, entry, PoliteFetcher(["127.0.0.1"], 0.0), URL(f"{web.origin}/feed")).outcome


def text_of(corpus: Path, name: str) -> str:
    (path,) = corpus.rglob(f"{name}.md")
    return path.read_text().partition("\n---\n")[2].strip()


def test_what_a_feed_says_in_full_stands_for_a_page_that_does_not_come(tmp_path: Path) -> None:
    with web_server() as web:
        assert add(tmp_path, web, "/wasps", RSS) is Outcome.ADDED
        assert text_of(tmp_path, "wasps") == "# Wasps & bees\n\nWasps build with paper. They sting."
        (path,) = tmp_path.rglob("wasps.md")
        facts, digest = read_facts(path)
        assert (facts["url"], facts["feed"]) == (f"{web.origin}/wasps", f"{web.origin}/feed")
        assert facts["sha256"] == digest
        assert add(tmp_path, web, "/wasps", RSS) is Outcome.UNCHANGED
        assert add(tmp_path, web, "/wasps", RSS.replace("paper", "wood")) is Outcome.UPDATED
        assert "wood" in text_of(tmp_path, "wasps")
        with pytest.raises(FetchError, match="404"):
            add(tmp_path, web, "/flies", RSS)  # a description may be a few words only


def test_a_page_that_came_is_never_replaced_by_what_the_feed_says(tmp_path: Path) -> None:
    with web_server() as web:
        add(tmp_path, web, "/wasps", RSS)
        web.put("/wasps", PAGE)
        assert add(tmp_path, web, "/wasps", RSS) is Outcome.UPDATED
        assert "says more" in text_of(tmp_path, "wasps")
        del web.pages["/wasps"]
        with pytest.raises(FetchError, match="404"):
            add(tmp_path, web, "/wasps", RSS)
        assert "says more" in text_of(tmp_path, "wasps")


@pytest.mark.parametrize(
    ("kind", "file"), [("text/html", "paper-wasps.md"), ("text/plain", "paper-wasps.txt")]
)
def test_a_page_that_a_link_led_to_is_not_added_again_from_the_feed(
    kind: str, file: str, tmp_path: Path
) -> None:
    with web_server() as web:
        web.redirect("/wasps", "/2026/paper-wasps")
        web.put("/2026/paper-wasps", PAGE, kind)
        assert add(tmp_path, web, "/wasps", RSS) is Outcome.ADDED
        web.pages["/wasps"] = Reply(status=503)
        with pytest.raises(FetchError, match="503"):
            add(tmp_path, web, "/wasps", RSS)
        assert [each.path.name for each in corpus_files(tmp_path)] == [file]


def test_atoms_texts_are_read_as_they_are_marked(tmp_path: Path) -> None:
    with web_server() as web:
        for path in ("/a", "/b", "/c"):
            assert add(tmp_path, web, path, ATOM) is Outcome.ADDED
        assert text_of(tmp_path, "a") == "# A\n\nAnts march."
        assert text_of(tmp_path, "b") == "# B\n\nBeetles dig."
        assert "crickets" in text_of(tmp_path, "c")
        with pytest.raises(FetchError):
            add(tmp_path, web, "/d", ATOM)


def test_no_entry_leads_to_a_machine_that_may_not_be_asked(tmp_path: Path) -> None:
    entry = FeedEntry("http://127.0.0.1/admin", "Admin", "<p>Words.</p>")
    with pytest.raises(IngestionError, match="not on the public internet"):
        add_entry(tmp_path, entry, PoliteFetcher((), 0.0), URL("https://example.org/feed"))
    entry = FeedEntry("javascript:alert(1)", "Script", "<p>Words.</p>")
    with pytest.raises(IngestionError, match="is no http"):
        add_entry(tmp_path, entry, PoliteFetcher((), 0.0), URL("https://example.org/feed"))
    assert list(tmp_path.iterdir()) == []


def test_entries_within_entries_are_not_read_again_and_again() -> None:
    nested = "<item><link>/a</link><content>words" * 200
    assert sum(len(entry.text) for entry in feed_entries(f"<rss>{nested}".encode())) <= len(nested)
