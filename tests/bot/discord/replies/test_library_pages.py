"""The library as replies: its lists, titles for autocompletion, what the bot is."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.replies import library_pages
from bot.discord.replies.library_pages import (
    ROWS_PER_PAGE,
    about_reply,
    articles_reply,
    choice,
    unknown_article_reply,
)
from bot.discord.replies.markdown import units
from bot.discord.replies.message_limits import CHOICE, CHOICES
from bot.discord.replies.reply import Reply
from bot.discord.replies.tickets import ArticlesTicket, clean_query, parse_ticket
from index.errors import UnknownArticleError
from index.library import Library
from index.storage.catalog import ArticleRow, article_key
from tests.preview.golden import HOSTILE, RAQQA, row
from tests.support.replies import TEXTS, URLS, check
from tests.support.sixty_articles import sixty_articles


@pytest.fixture
def large(tmp_path: Path) -> Library:
    return sixty_articles(tmp_path)


def described(reply: Reply) -> str:
    assert reply.embed is not None
    return reply.embed.description or ""


@pytest.mark.parametrize(
    "given", ["notes/bees", "bees", "how bees KEEP warm", "How bees", article_key("notes/bees")]
)
def test_an_article_is_found_by_id_title_beginning_or_key(library: Library, given: str) -> None:
    assert library_pages.article_id(library, given) == "notes/bees"


@pytest.mark.parametrize("given", ["", "keep warm", "A" * 12, "no such thing"])
def test_an_article_is_not_guessed(library: Library, given: str) -> None:
    with pytest.raises(UnknownArticleError):
        library_pages.article_id(library, given)


def test_the_nearest_titles_are_named(library: Library) -> None:
    reply = library_pages.unknown_article(library, "warm bees")
    assert reply.content is not None
    assert "How bees keep warm" in reply.content


def test_choices_fit_and_can_be_told_apart(large: Library) -> None:
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


def test_a_page_beyond_the_last_is_the_last(large: Library) -> None:
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
    about = library_pages.about_page(library, False).embed
    assert about is not None
    assert any(field.value == "the Python package footnote-bot" for field in about.fields)

    class Metadata:
        def get_all(self, name: str) -> list[str]:
            assert name == "Project-URL"
            return ["Documentation, https://example.org/docs", f"{label}, https://example.org/source"]

    monkeypatch.setattr(library_pages, "metadata", lambda _: Metadata())
    about = library_pages.about_page(library, False).embed
    assert about is not None
    assert any(field.value == "https://example.org/source" for field in about.fields)


@pytest.mark.slow
@given(
    st.lists(st.tuples(TEXTS, URLS, st.none() | TEXTS), max_size=ROWS_PER_PAGE),
    st.integers(0, 5),
    TEXTS | st.just(""),
)
@settings(deadline=None)
def test_every_list_fits(known: list[tuple[str, str | None, str | None]], page: int, typed: str) -> None:
    rows = [
        ArticleRow(0, "a", title, url, day, None, "a.txt", 0, 1, 0, 10**6, 0, 1) for title, url, day in known
    ]
    reply = articles_reply(rows, page=page, pages=6, total=48, query=clean_query(typed))
    check(reply)
    assert described(reply).count("-# ") >= len(rows)


def test_a_list_is_paged_with_its_query() -> None:
    reply = articles_reply([row(RAQQA), row(HOSTILE)], page=1, pages=3, total=20, query="syria")
    assert [parse_ticket(button.custom_id) for button in reply.buttons] == [
        ArticlesTicket(0, "syria"),
        ArticlesTicket(2, "syria"),
    ]
    assert articles_reply([row(RAQQA)], page=0, pages=1, total=1, query="").buttons == ()
    assert described(articles_reply([], page=0, pages=1, total=0, query="")) == "There are no articles yet."


@pytest.mark.slow
@given(TEXTS, st.lists(TEXTS, max_size=9))
def test_an_unknown_article_is_named_harmlessly(typed: str, titles: list[str]) -> None:
    check(unknown_article_reply(typed, titles))


@pytest.mark.slow
@given(TEXTS)
def test_a_choice_is_short_and_never_empty(title: str) -> None:
    assert 0 < units(choice(title)) <= CHOICE
    assert choice(title).isprintable() or not choice(title).isascii()


@pytest.mark.parametrize("logged", [True, False])
def test_about_says_what_is_kept(logged: bool) -> None:
    reply = about_reply(articles=1, version="1.0", source="the package", log_questions=logged)
    check(reply)
    assert reply.embed is not None
    fields = {field.name: field.value or "" for field in reply.embed.fields}
    assert fields["Library"] == "1 article"
    assert fields["Version"] == "1.0"
    kept, _, otherwise = fields["Privacy"].partition(". ")
    assert kept == (
        "If you judge the answer to your own question, the question, the answer and your note are kept on "
        "the bot's own machine; of anybody else's question, only the verdict and your note"
    )
    assert otherwise.endswith(" Questions are otherwise neither kept nor logged.") != logged
    assert ("kept in the log" in otherwise) == logged
    assert fields["Source"] == "the package"


def test_about_says_what_belongs_to_a_server() -> None:
    reply = about_reply(
        articles=1200,
        version="1.0",
        source="the package",
        log_questions=True,
        keep_unanswered_days=90,
        name_authors=True,
        own_articles=1000,
        keep_left_days=90,
    )
    check(reply)
    assert reply.embed is not None
    fields = {field.name: field.value or "" for field in reply.embed.fields}
    assert fields["Library"] == "1,200 articles, 1,000 of them added in this server"
    assert "and deleted 90 days after I am removed" in fields["Privacy"]
    assert "kept there for 90 days, with what was added in this server, but without who" in fields["Privacy"]


@pytest.mark.parametrize(("named", "how"), [(True, "with"), (False, "without")])
def test_about_says_what_is_kept_of_what_members_write(named: bool, how: str) -> None:
    reply = about_reply(
        articles=1, version="1.0", source="the package", log_questions=False, name_authors=named
    )
    check(reply)
    assert reply.embed is not None
    assert f"a link are then kept there, {how} the author's name." in str(reply.embed.fields[-1].value)
