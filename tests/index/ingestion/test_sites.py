"""The pages of a site, and which of them are asked for."""

import pytest
from yarl import URL

from index.errors import IngestionError
from index.ingestion.fetching import FetchError
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.sites import Scope, Site
from tests.support.web_server import Reply, WebServer

TEXT = "text/plain"
XML = "application/xml"


def crawl(web: WebServer, start: str = "/manual/", **options: object) -> list[str]:
    """Return the paths of the pages of a site that are fetched."""
    site = make_site(web, start, **options)
    fetched = []
    for url in site.pages():
        site.fetch(url)
        fetched.append(url.path)
    return fetched


def make_site(
    web: WebServer, start: str = "/manual/", most: dict[str, int] | None = None, **options: object
) -> Site:
    scope = Scope(URL(web.origin + start), **{"limit": 100, "depth": 3, **options})  # type: ignore[arg-type]
    return Site(scope, PoliteFetcher(["127.0.0.1"], 0.0), **(most or {}))


def sitemap(web: WebServer, *paths: str) -> str:
    return "<urlset>" + "".join(f"<url><loc>{web.origin}{path}</loc></url>" for path in paths) + "</urlset>"


def link(web: WebServer, path: str, *targets: str) -> None:
    web.put(path, f"<h1>{path}</h1>" + "".join(f'<p><a href="{target}">to</a></p>' for target in targets))


@pytest.fixture
def linked(web: WebServer) -> WebServer:
    link(
        web,
        "/manual/",
        "a",
        "b?x=1#y",
        "/news/",
        "https://example.org/",
        "mailto:x@example.org",
        "http://[",
        "a",
    )
    link(web, "/manual/a", "deep/c", "/manual/", "../manual/a#top")
    link(web, "/manual/b?x=1")
    link(web, "/manual/deep/c", "/manual/d")
    link(web, "/manual/d", "/manual/e")
    link(web, "/news/")
    return web


def test_links_below_the_start_are_followed_once_each(linked: WebServer) -> None:
    assert crawl(linked) == ["/manual/", "/manual/a", "/manual/b", "/manual/deep/c", "/manual/d"]
    pages = [path for path in linked.asked if path not in ("/robots.txt", "/sitemap.xml")]
    assert len(pages) == len(set(pages)) == 5


def test_depth_and_limit_end_it(linked: WebServer) -> None:
    assert crawl(linked, depth=0) == ["/manual/"]
    assert crawl(linked, depth=1) == ["/manual/", "/manual/a", "/manual/b"]
    assert crawl(linked, limit=2) == ["/manual/", "/manual/a"]


def test_patterns_choose_pages(linked: WebServer) -> None:
    assert crawl(linked, exclude=("*/deep/*",)) == ["/manual/", "/manual/a", "/manual/b"]
    assert crawl(linked, include=("/manual/?",)) == ["/manual/a", "/manual/b"]


def test_a_sitemap_lists_the_pages(web: WebServer) -> None:
    index = (
        f"<sitemapindex><sitemap><loc>{web.origin}/one.xml</loc></sitemap><sitemap><loc>/sitemap.xml</loc>"
    )
    web.put("/sitemap.xml", index + "<sitemap><loc>http://10.0.0.1/</loc></sitemap></sitemapindex>", XML)
    web.put("/one.xml", sitemap(web, "/manual/a", "/news/x", "/manual/b", "/manual/a"), XML)
    for path in ("/manual/a", "/manual/b"):
        link(web, path, "/manual/not-listed")
    assert crawl(web) == ["/manual/a", "/manual/b"]
    assert crawl(web, limit=1) == ["/manual/a"]


def test_what_robots_txt_says_is_respected(linked: WebServer) -> None:
    linked.put("/robots.txt", "User-agent: *\nDisallow: /manual/*/c\nCrawl-delay: 2\n", TEXT)
    waited: list[float] = []
    fetcher = PoliteFetcher(["127.0.0.1"], 0.0, waited.append)
    site = Site(Scope(URL(f"{linked.origin}/manual/"), 100, 3), fetcher)
    fetched = [str(site.fetch(url).url.path) for url in site.pages()]
    assert fetched == ["/manual/", "/manual/a", "/manual/b"]
    assert [URL(url).path for url in site.skipped] == ["/manual/deep/c"]
    assert "/manual/deep/c" not in linked.asked
    assert max(waited) > 1.5


def test_a_site_that_forbids_it_is_not_asked(linked: WebServer) -> None:
    linked.put("/robots.txt", "User-agent: Footnote\nDisallow: /\n", TEXT)
    with pytest.raises(IngestionError, match=r"robots\.txt forbids"):
        make_site(linked)
    linked.pages["/robots.txt"] = Reply(status=500)
    with pytest.raises(FetchError):
        make_site(linked)
    assert set(linked.asked) == {"/robots.txt"}


def test_robots_txt_names_the_sitemaps(web: WebServer) -> None:
    web.put("/robots.txt", f"Sitemap: {web.origin}/maps/all.xml\n", TEXT)
    web.put("/maps/all.xml", sitemap(web, "/manual/a"), XML)
    link(web, "/manual/a")
    assert crawl(web) == ["/manual/a"]


def test_a_page_that_leads_elsewhere_is_not_taken(web: WebServer) -> None:
    link(web, "/manual/", "a")
    link(web, "/elsewhere", "b")
    web.redirect("/manual/a", "/elsewhere")
    site = make_site(web)
    pages = site.pages()
    site.fetch(next(pages))
    with pytest.raises(IngestionError, match="leads out of the site"):
        site.fetch(next(pages))


@pytest.mark.parametrize(
    ("start", "path", "below"),
    [
        ("/manual/", "/manual/a/b", True),
        ("/manual", "/manual", True),
        ("/manual", "/manual/a", True),
        ("/manual", "/manuals/a", False),
        ("/manual/index.html", "/manual/a.html", True),
        ("/manual/index.html", "/other", False),
        ("/manual/Index.PHP", "/manual/a", True),
        ("/v1.2", "/v1.2/a", True),
        ("/v1.2", "/v1.2", True),
        ("/v1.2", "/v1.3/a", False),
        ("/", "/other", True),
    ],
)
def test_what_is_below_the_start(start: str, path: str, below: bool) -> None:
    scope = Scope(URL(f"https://example.org{start}"), 1, 1)
    assert scope.covers(URL(f"https://example.org{path}")) is below
    assert not scope.covers(URL(f"https://evil.example.org{path}"))
    assert not scope.covers(URL(f"http://example.org{path}"))


def test_the_links_of_a_page_and_the_lines_of_a_robots_txt_are_limited(web: WebServer) -> None:
    web.put("/robots.txt", f"{'User-agent: *':40}\nDisallow: /manual/", TEXT)
    link(web, "/manual/", "a", "b", "c")
    for path in "ab":
        link(web, f"/manual/{path}")
    most = {"most_addresses": 2, "longest_robots": 40}
    assert crawl(web, most=most) == ["/manual/", "/manual/a", "/manual/b"]
