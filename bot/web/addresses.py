"""Addresses within the reading room, and the hosts that it answers to."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlencode, urlsplit

from bot.listening import host_and_port
from index.records import Citation
from index.segmentation.characters import replace_surrogates

PART = 1500
"""Sentences on one page of an article; a longer one is shown in parts."""

ARTICLES = "a/"
"""Where the articles are, below the site's root."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY = frozenset({"0.0.0.0", "::", ""})  # noqa: S104


def article_path(article_id: str, *, sentence: int = 0, sentences: int = 0, question: str = "") -> str:
    """Return the address of an article below the site's root, or of a sentence in it, counted from 1.

    `sentences` is how many the article has, `question` what is looked for in it.
    """
    path = ARTICLES + quote(replace_surrogates(article_id), safe="/")
    query = {"q": replace_surrogates(question)} if question else {}
    if sentences > PART and sentence:
        query["s"] = str(sentence)
    return f"{path}{'?' + urlencode(query) if query else ''}{f'#s{sentence}' if sentence else ''}"


def citation_path(citation: Citation, question: str = "") -> str:
    """Return the address of a cited sentence below the site's root."""
    article = citation.article
    return article_path(
        article.id, sentence=citation.position, sentences=citation.sentences, question=question
    )


def with_room_links(
    citations: Iterable[Citation], public_url: str, common_id: Callable[[str], str | None]
) -> tuple[Citation, ...]:
    """Return citations with links to the reading room at `public_url` where the article has no address.

    `common_id` returns the id of an article there, None for one that it does not show.
    """
    if not public_url:
        return tuple(citations)

    def linked(citation: Citation) -> Citation:
        if citation.article.url or (id_ := common_id(citation.article.id)) is None:
            return citation
        path = article_path(id_, sentence=citation.position, sentences=citation.sentences)
        return replace(citation, link=f"{public_url}/{path}")

    return tuple(map(linked, citations))


def article_name(raw_path: str, root: str = f"/{ARTICLES}") -> str:
    """Return which article a path below `root`, percent-encoded as it was sent, names."""
    return unquote(raw_path.removeprefix(root), errors="replace")


def site_root(raw_path: str) -> str:
    """Return the site's root as seen from a path: relative, so that it holds behind any proxy."""
    return "../" * (raw_path.count("/") - 1) or "./"


def allowed_hosts(listen: str, public_url: str) -> frozenset[str]:
    """Return the names that requests may call the site by; "*" stands for any address of a machine."""
    host = host_and_port(listen)[0].lower()
    public = (urlsplit(public_url).hostname or "") if public_url else ""
    hosts = _LOOPBACK | {public} | ({"*"} if host in _ANY else {host})
    return frozenset(hosts - {""})


def is_allowed(host_header: str, hosts: Collection[str]) -> bool:
    """Tell whether a Host header names one of `hosts`, with whatever port."""
    try:
        parts = urlsplit(f"//{host_header}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.netloc != host_header or "@" in host_header:
        return False
    return host in hosts or ("*" in hosts and _is_address(host))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
