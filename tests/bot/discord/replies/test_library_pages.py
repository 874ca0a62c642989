"""What the library holds, as replies."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from bot.discord.replies import library_pages
from bot.discord.replies.library_pages import ROWS_PER_PAGE
from bot.discord.replies.message_limits import CHOICE, CHOICES
from index.errors import UnknownArticleError
from index.library import Library
from index.records import Article, Passage, Sentence
from index.retrieval.title_search import TitleSearch
from index.storage.catalog import Catalog, article_key
from index.storage.catalog_writer import CatalogWriter


@dataclass(frozen=True)
class Large:
    """What of a library lists need, over 60 articles."""

    titles: TitleSearch


@pytest.fixture
def large(tmp_path: Path) -> Library:
    """Return 60 articles, two of which have one title, and another a very long one."""
    named = {f"n{number:02}": f"Bridge {number:02}" for number in range(57)}
    named |= {"new": "The same title", "old": "The same title", "long": f"Longest {'bridge ' * 60}"}
    with CatalogWriter(tmp_path) as writer:
        for id_, title in sorted(named.items()):
            writer.add(
                Article(id_, title, "It is long.", f"{id_}.md"), [Sentence(0, 11)], [Passage(0, 11, 0, 1)]
            )
    return cast(Library, Large(TitleSearch(Catalog(tmp_path))))


@pytest.mark.parametrize("given", ["notes/bees", "how bees KEEP warm", article_key("notes/bees")])
def test_an_article_is_found_by_what_people_know_of_it(library: Library, given: str) -> None:
    assert library_pages.article_id(library, given) == "notes/bees"


@pytest.mark.parametrize("given", ["", "bees", "A" * 12, "no such thing"])
def test_an_article_is_not_guessed(library: Library, given: str) -> None:
    with pytest.raises(UnknownArticleError):
        library_pages.article_id(library, given)


def test_the_nearest_titles_are_named(library: Library) -> None:
    reply = library_pages.unknown_article(library, "warm bees")
    assert reply.content is not None
    assert "How bees keep warm" in reply.content


def test_what_is_offered_fits_and_can_be_told_apart(large: Library) -> None:
    for typed in ("", "bridge", "the same", "longest bridge"):
        offered = library_pages.choices(large, typed)
        assert 0 < len(offered) <= CHOICES
        assert all(0 < len(name) <= CHOICE for name, _ in offered)
        assert len({name for name, _ in offered}) == len({key for _, key in offered}) == len(offered)
    names = [name for name, _ in library_pages.choices(large, "the same title")]
    assert names[:2] == ["new: The same title", "old: The same title"]


def test_every_article_is_on_one_page(large: Library) -> None:
    shown = [library_pages.articles_page(large, "", page).embed for page in range(8)]
    text = "\n".join(embed.description or "" for embed in shown if embed)
    assert all(text.count(f"**Bridge {number:02}**") == 1 for number in range(57))
    assert shown[0] is not None
    assert shown[0].footer.text == "60 articles · page 1 of 8"


def test_a_page_too_far_is_the_last(large: Library) -> None:
    last, beyond = (
        library_pages.articles_page(large, "", 7),
        library_pages.articles_page(large, "", 10**8),
    )
    assert beyond.embed == last.embed
    assert beyond.buttons == last.buttons


def test_a_search_is_paged_too(large: Library) -> None:
    first = library_pages.articles_page(large, "bridge", 0).embed
    assert first is not None
    assert first.description is not None
    assert first.description.count("**") == 2 * ROWS_PER_PAGE
    none = library_pages.articles_page(large, "zzzz", 3)
    assert not none.buttons


@pytest.mark.parametrize("label", ["Source", "Repository", "homepage"])
def test_the_source_is_where_the_package_says(
    monkeypatch: pytest.MonkeyPatch, library: Library, label: str
) -> None:
    about = library_pages.about(library, False).embed
    assert about is not None
    assert any(field.value == "the Python package footnote-bot" for field in about.fields)

    class Metadata:
        def get_all(self, name: str) -> list[str]:
            assert name == "Project-URL"
            return ["Documentation, https://example.org/docs", f"{label}, https://example.org/source"]

    monkeypatch.setattr(library_pages, "metadata", lambda _: Metadata())
    about = library_pages.about(library, False).embed
    assert about is not None
    assert any(field.value == "https://example.org/source" for field in about.fields)
