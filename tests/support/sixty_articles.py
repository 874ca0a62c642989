"""Sixty articles without an index over their text: as much of a library as lists need."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from index.library import Library
from index.records import Article, Passage, Sentence
from index.retrieval.title_search import TitleSearch
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter


@dataclass(frozen=True)
class TitlesOnly:
    """As much of a library as lists and metrics look at."""

    titles: TitleSearch
    generation: str = "1"
    fingerprint: str = "5d41402abc4b"


def sixty_articles(folder: Path) -> Library:
    """Return 60 articles, two of which have the same title, and another a very long one."""
    named = {f"n{number:02}": f"Bridge {number:02}" for number in range(57)}
    named |= {"new": "The same title", "old": "The same title", "long": f"Longest {'bridge ' * 60}"}
    with CatalogWriter(folder) as writer:
        for id_, title in sorted(named.items()):
            article = Article(id_, title, "It is long.", f"{id_}.md")
            writer.add(article, [Sentence(0, 11)], [Passage(0, 11, 0, 1)])
    return cast(Library, TitlesOnly(TitleSearch(Catalog(folder))))
