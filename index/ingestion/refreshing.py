"""Fetched articles asked for again; a good copy is only ever replaced by a page of its own."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from yarl import URL

from index.articles.corpus import CorpusFile, corpus_files
from index.errors import IngestionError
from index.ingestion.addresses import web_address
from index.ingestion.corpus_changes import IngestionResult, Outcome
from index.ingestion.fetching import FetchError
from index.ingestion.pages import PAGE_TYPES, conditions, make_page, read_facts, store_page
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.remaining_quota import RemainingQuota

_GONE = (404, 410)
# A part of an address where one logs in: "/users/sign_in", "/wp-login.php", "login.example.org", "/sso/"
_LOGIN = re.compile(r"(?:^|[/._-])(?:log[_-]?in|sign[_-]?in|sso|oauth2?|saml2?)(?:[/._?-]|$)", re.IGNORECASE)
_PASSWORD = re.compile(rb"<input[^<>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)


def fetched_files(corpus: Path) -> list[CorpusFile]:
    """Return the files of the corpus that were fetched. Raises ConfigurationError."""
    files = corpus_files(corpus)
    may_be = (file for file in files if file.sidecar is not None or file.path.suffix == ".md")
    return [file for file in may_be if {"url", "fetched"} <= read_facts(file.path)[0].keys()]


def refresh_article(
    corpus: Path, file: CorpusFile, fetcher: PoliteFetcher, quota: RemainingQuota | None = None
) -> IngestionResult:
    """Ask for an article again, and store what changed. Its copy stays if the page is gone or wants a login.

    Raises what `pages.add_page` raises.
    """
    facts, digest = read_facts(file.path)
    if not {"url", "fetched"} <= facts.keys():
        raise IngestionError("was not fetched from the web")
    is_own = digest == facts.get("sha256")
    if not is_own and file.sidecar is None:
        raise IngestionError("was changed by hand: it stays as it is")
    url = web_address(facts["url"])
    try:
        fetched = fetcher.fetch(url, PAGE_TYPES, conditions(facts) if is_own else None)
    except FetchError as error:
        if error.status not in _GONE:
            raise
        return _kept(file, facts, Outcome.GONE)
    if fetched.status == 304:
        return _kept(file, facts, Outcome.UNCHANGED)
    _check_address(url, fetched.url)
    page = make_page(fetched)
    if Path(page.file).suffix != file.path.suffix:
        raise IngestionError(f"is of the type {fetched.content_type} now: the copy stays")
    if asks_for_password(fetched.body) and 2 * len(page.text) < file.path.stat().st_size:
        raise IngestionError("asks for a password now: the copy stays")
    return store_page(corpus, file.id, replace(page, file=file.file), moved=True, quota=quota)


def asks_for_password(body: bytes) -> bool:
    """Tell whether a page has a field for a password; in time that grows linearly, whatever the page is."""
    return _PASSWORD.search(body) is not None


def _check_address(before: URL, now: URL) -> None:
    """Raise IngestionError if a page leads to a login, or to the home page in its place."""
    if (now.host, now.path) == (before.host, before.path):
        return
    if _LOGIN.search(f"{now.host}{now.path}"):
        raise IngestionError(f"leads to a login now, {now.with_query(None)}: the copy stays")
    if now.path.strip("/") == "":
        raise IngestionError("leads to the home page now: the copy stays")


def _kept(file: CorpusFile, facts: Mapping[str, str], outcome: Outcome) -> IngestionResult:
    return IngestionResult(file.id, outcome, file.file, facts.get("title") or file.id, facts["url"], None, "")
