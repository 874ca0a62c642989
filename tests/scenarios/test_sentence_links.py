"""Links to sentences in a real browser: what it highlights are the words of the citation."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.articles.corpus import CorpusFile, corpus_files, read_article
from index.ingestion.pages import add_page
from index.ingestion.polite_fetching import PoliteFetcher
from index.reading.links import PageText, sentence_link
from index.segmentation.sentences import split_sentences
from tests.support.browser import TARGET_STYLE, chromium, target_text
from tests.support.paths import ROOT
from tests.support.web_server import WebServer, web_server

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = sorted((ROOT / "tests" / "data" / "pages").glob("*.html"))
RIGHT = 95
PATIENCE = 5.0
"""Seconds after which a browser that has found no words has looked everywhere."""


@dataclass(frozen=True)
class LinkedSentence:
    """A sentence of a page that was added to a library, and the link of its citation."""

    page: str
    sentence: str
    link: str | None


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with web_server() as server:
        for page in PAGES:
            server.put(f"/{page.name}", page.read_text("utf-8").replace("</head>", f"{TARGET_STYLE}</head>"))
        yield server


@pytest.fixture(scope="module")
def sentences(web: WebServer, tmp_path_factory: pytest.TempPathFactory) -> list[LinkedSentence]:
    """Add all pages to a library as `footnote add` does, and return their sentences."""
    corpus = tmp_path_factory.mktemp("corpus")
    for page in PAGES:
        add_page(corpus, f"{web.origin}/{page.name}", PoliteFetcher(["127.0.0.1"], 0.0))
    return [linked for file in corpus_files(corpus) for linked in _linked(file)]


def _linked(file: CorpusFile) -> Iterator[LinkedSentence]:
    article = read_article(file)
    text = PageText(article.text)
    for sentence in split_sentences(article.text, article.blocks):
        block, place = article.blocks[sentence.block], (sentence.start, sentence.end)
        link = sentence_link(article.url, article.file, text, block, *place)
        yield LinkedSentence(Path(article.file).stem, article.text[slice(*place)], link)


def test_almost_every_sentence_has_a_link(sentences: list[LinkedSentence]) -> None:
    assert len(PAGES) == 10
    without = [each.sentence for each in sentences if each.link is None]
    assert len(without) <= 0.03 * len(sentences), without


def test_the_browser_highlights_the_words_of_the_citation(
    sentences: list[LinkedSentence], web: WebServer
) -> None:
    """The hundred are drawn by chance, ten of each page: headings, items and rows, too."""
    chance = random.Random(19)
    drawn = [
        linked
        for page in PAGES
        for linked in chance.sample([each for each in sentences if each.page == page.stem and each.link], 10)
    ]
    with chromium(700, 500) as browser:
        wrong = [
            (each, highlighted)
            for number, each in enumerate(drawn)
            if _words(highlighted := _highlighted(browser, web, each, number)) != _words(each.sentence)
        ]
    right = len(drawn) - len(wrong)
    print(f"{right} of {len(drawn)} sentences are highlighted")
    assert len(drawn) == 100
    assert right >= RIGHT, wrong


def _highlighted(browser: "Chrome", web: WebServer, linked: LinkedSentence, number: int) -> str:
    """Open a link, and return what is highlighted in view once there is something."""
    path = f"/{linked.page}.html"
    anew = f"{path}?{number}"  # else the browser would stay in the page that it has
    web.pages[anew] = web.pages[path]
    browser.get((linked.link or "").replace(path, anew, 1))
    deadline = time.monotonic() + PATIENCE
    while not (found := target_text(browser)) and time.monotonic() < deadline:
        time.sleep(0.05)  # a look keeps both processes busy
    return found


def _words(text: str) -> str:
    """Return letters and digits alone: quotation marks of `<q>` are drawn, and in no node of the page."""
    return "".join(filter(str.isalnum, text))
