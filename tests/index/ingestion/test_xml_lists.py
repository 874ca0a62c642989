"""Sitemaps and feeds, as they are and as they should not be."""

import gzip

import pytest

from index.ingestion.xml_lists import feed_entries, sitemap_entries
from tests.support.growth import LINEAR, growth

SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://example.org/a </loc><image:image><image:caption>x</image:caption></image:image></url>
<url><loc>https://example.org/b?c=1&amp;d=2</loc><lastmod>2026-01-01</lastmod></url></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://example.org/one.xml.gz</loc></sitemap></sitemapindex>"""
RSS = b"""<rss version="2.0"><channel><title>News</title><link>https://example.org/</link>
<item><title>A</title><link>https://example.org/a</link></item>
<item><title>B</title><link>https://example.org/b</link></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://example.org/"/>
<entry><link rel="enclosure" href="https://example.org/a.mp3"/><link href="https://example.org/a"/></entry>
<entry><link rel="alternate" href="/b"/></entry><entry><title>none</title></entry></feed>"""


@pytest.mark.parametrize("data", [SITEMAP, gzip.compress(SITEMAP), b"\n " + SITEMAP])
def test_the_pages_of_a_sitemap_are_read(data: bytes) -> None:
    assert sitemap_entries(data) == (["https://example.org/a", "https://example.org/b?c=1&d=2"], [])


def test_the_sitemaps_of_an_index_are_read() -> None:
    assert sitemap_entries(INDEX) == ([], ["https://example.org/one.xml.gz"])


def addresses(data: bytes) -> list[str]:
    return [entry.address for entry in feed_entries(data)]


def test_the_entries_of_a_feed_are_read() -> None:
    assert addresses(RSS) == ["https://example.org/a", "https://example.org/b"]
    assert addresses(ATOM) == ["https://example.org/a", "/b"]


def test_a_broken_feed_is_read_as_far_as_it_can_be() -> None:
    broken = RSS.replace(b"<title>A</title>", b"<title>A & B <br> &nbsp;</title>")
    assert "https://example.org/a" in addresses(broken)
    assert addresses(RSS[: RSS.index(b"<title>B")]) == ["https://example.org/a"]


@pytest.mark.parametrize(
    "data", [b"", b" ", b"no XML", b"<html><p>x</html>", b"\x1f\x8bx", b"\x00\xff", b"<a/>"]
)
def test_what_is_neither_holds_no_entries(data: bytes) -> None:
    assert sitemap_entries(data) == ([], [])
    assert addresses(data) == []


def test_nothing_outside_of_a_file_is_read() -> None:
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    assert "root:" not in "".join(addresses(declared + RSS.replace(b"https://example.org/a", b"&e;")))
    laughs = b"<!DOCTYPE x [<!ENTITY a 'ha'>" + b"".join(
        b"<!ENTITY %c '%s'>" % (letter, b"&%c;" % (letter - 1) * 50) for letter in range(ord("b"), ord("k"))
    )
    assert len("".join(addresses(laughs + b"]>" + RSS.replace(b"https://example.org/a", b"&j;")))) < 1_000


def test_a_small_sitemap_does_not_swell() -> None:
    packed, last = gzip.compress(SITEMAP), "https://example.org/b?c=1&d=2"
    assert last in sitemap_entries(packed)[0]
    assert last not in sitemap_entries(packed, most_bytes=SITEMAP.index(b"org/b"))[0]


def test_a_link_of_an_entry_goes_before_one_further_inside() -> None:
    quoted = b'<entry><source><link href="/elsewhere"/></source><link href="/a"/></entry>'
    assert addresses(b"<feed>" + quoted + b"</feed>") == ["/a"]
    assert addresses(b"<rss><item><div><link>/a</link></div></item></rss>") == ["/a"]


@pytest.mark.slow
def test_entries_within_entries_take_no_longer() -> None:
    def read(links: int) -> None:
        addresses(b"<rss>" + b"<item>" * 200 + b"<link/>" * links)

    def flat(links: int) -> None:
        addresses(b"<rss><item>" + b"<link/>" * links)

    assert growth(lambda case: case[0](case[1]), (flat, 10_000), (read, 10_000)) < LINEAR


def test_the_text_of_an_entry_is_no_picture_and_not_empty() -> None:
    data = b"""<rss xmlns:media="http://search.yahoo.com/mrss/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/"><item><link>/a</link>
    <media:content url="a.jpg" type="image/jpeg"/><media:content>A bee</media:content><content> </content>
    <content:encoded>&lt;p&gt;Bees hum.&lt;/p&gt;</content:encoded></item></rss>"""
    assert [entry.text for entry in feed_entries(data)] == ["<p>Bees hum.</p>"]
