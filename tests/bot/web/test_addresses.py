from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.addresses import (
    PART,
    allowed_hosts,
    article_name,
    article_path,
    citation_path,
    is_allowed,
    site_root,
    with_room_links,
)
from index.records import Citation, Source
from index.segmentation.characters import replace_surrogates
from tests.support.tables import each_row


@given(st.text(min_size=1).filter(lambda text: not {".", ".."} & {*text.split("/")}))
def test_every_id_survives_its_address(article_id: str) -> None:
    parts = urlsplit(f"http://localhost/{article_path(article_id)}")
    assert parts.path.isascii()
    assert not parts.query
    assert article_name(parts.path) == replace_surrogates(article_id)


def test_a_sentence_has_an_anchor_and_in_a_long_article_a_part() -> None:
    assert article_path("a b/c?d", sentence=12) == "a/a%20b/c%3Fd#s12"
    assert article_path("x", sentence=12, question="why & how?") == "a/x?q=why+%26+how%3F#s12"
    assert article_path("x", sentence=PART + 7, sentences=PART + 9) == f"a/x?s={PART + 7}#s{PART + 7}"
    source = Source("bees", "Bees", None, 5)
    cited = Citation(1, source, "So.", 0, 3, None, 0.5, position=3, sentences=5)
    assert citation_path(cited, "Who?") == "a/bees?q=Who%3F#s3"


def test_citations_without_an_address_link_to_the_room_if_it_shows_their_article() -> None:
    bare, own, web = (
        Source(name, name, url, 5) for name, url in (("a b", None), ("own", None), ("w", "https://w"))
    )
    cited = [Citation(1, one, "So.", 0, 3, None, 0.5, position=3, sentences=5) for one in (bare, own, web)]
    ids = {"a b": "a b", "w": "w"}
    linked = with_room_links(cited, "https://docs.example.org/x", ids.get)
    assert [one.link for one in linked] == ["https://docs.example.org/x/a/a%20b#s3", None, None]
    assert with_room_links(cited, "", ids.get) == tuple(cited)


@pytest.mark.parametrize("path", ["/", "/articles", "/a/x", "/a/x/y%2Fz/"])
def test_the_root_is_found_from_everywhere(path: str) -> None:
    assert urljoin(f"https://example.org{path}", site_root(path)) == "https://example.org/"
    assert urljoin(f"https://example.org/below{path}", site_root(path)) == "https://example.org/below/"


@each_row(
    "listen, public_url, host, allowed",
    [
        ("127.0.0.1:8080", "", "127.0.0.1:8080", True),
        ("127.0.0.1:8080", "", "localhost", True),
        ("127.0.0.1:8080", "", "LOCALHOST:9", True),
        ("127.0.0.1:8080", "", "[::1]:8080", True),
        ("127.0.0.1:8080", "", "evil.example", False),
        ("127.0.0.1:8080", "", "192.0.2.7", False),
        ("127.0.0.1:8080", "https://Docs.example.org/x", "docs.example.org", True),
        ("0.0.0.0:8080", "", "192.0.2.7:8080", True),
        ("[::]:8080", "", "[2001:db8::1]:8080", True),
        ("0.0.0.0:8080", "", "evil.example", False),
        ("host.lan:8080", "", "host.lan:8080", True),
        ("127.0.0.1:8080", "", "", False),
        ("127.0.0.1:8080", "", "localhost/", False),
        ("127.0.0.1:8080", "", "x@localhost", False),
        ("127.0.0.1:8080", "", "localhost:x", False),
        ("127.0.0.1:8080", "", "[::1", False),
        ("127.0.0.1:8080", "", "localhost#", False),
    ],
)
def test_which_hosts_are_answered(listen: str, public_url: str, host: str, allowed: bool) -> None:
    assert is_allowed(host, allowed_hosts(listen, public_url)) is allowed
