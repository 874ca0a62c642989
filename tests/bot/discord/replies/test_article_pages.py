import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.replies import message_limits
from bot.discord.replies.article_pages import article_reply, context_reply
from bot.discord.replies.library_pages import (
    ROWS_PER_PAGE,
    about_reply,
    articles_reply,
    choice,
    unknown_article_reply,
)
from bot.discord.replies.markdown import units
from bot.discord.replies.reply import Reply
from bot.discord.replies.tickets import (
    ArticlesTicket,
    ContextTicket,
    Mark,
    PageTicket,
    clean_query,
    parse,
    sentence_digest,
)
from index.records import Article, Sentence
from index.storage.catalog import ArticleRow, article_key
from tests.bot.discord.replies.test_answer_reply import TEXTS, URLS, check
from tests.preview.golden import GOLDEN, HOSTILE, RAQQA, cite, row, spans

KEY = article_key(RAQQA.id)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Make an article of up to twelve paragraphs, which are its sentences."""
    text = "\n\n".join(
        draw(st.lists(TEXTS.map(lambda text: text.replace("\n", " ")), min_size=1, max_size=12))
    )
    facts = [draw(st.none() | TEXTS) for _ in range(2)]
    return Article(draw(st.text(min_size=1)), draw(TEXTS), text, "a.txt", draw(URLS), *facts)


def sentences(article: Article) -> list[Sentence]:
    """Cut an article into its paragraphs; none is empty."""
    return [span for span in spans(article) if span.start < span.end]


def ticket_for(article: Article, span: Sentence) -> ContextTicket:
    digest = sentence_digest(article.text[span.start : span.end])
    return ContextTicket(article_key(article.id), span.start, span.end, digest)


def described(reply: Reply | None) -> str:
    assert reply is not None
    assert reply.embed is not None
    return reply.embed.description or ""


@settings(deadline=None, max_examples=50)
@given(articles(), st.data())
def test_an_article_can_be_paged_from_a_citation_to_both_its_ends(
    article: Article, data: st.DataObject
) -> None:
    there = sentences(article)
    check(article_reply(article, there))
    if not there:
        return
    number = data.draw(st.integers(0, len(there) - 1))
    reply = context_reply(article, there, ticket_for(article, there[number]))
    assert reply is not None
    seen = _numbers(reply)
    assert number in seen
    for label in ("Earlier", "Later"):
        page, pages = reply, 1
        while button := next((button for button in page.buttons if button.label == label), None):
            ticket = parse(button.custom_id)
            assert isinstance(ticket, PageTicket)
            following = context_reply(article, there, ticket)
            assert following is not None
            check(following)
            assert not seen & _numbers(following)
            page, pages, seen = following, pages + 1, seen | _numbers(following)
            assert pages <= len(there)
    assert seen == set(range(len(there)))


def _numbers(reply: Reply) -> set[int]:
    """Read which sentences a page shows, from 0."""
    assert reply.embed is not None
    first, *last = (reply.embed.footer.text or "").split()[1].split("–")
    return set(range(int(first) - 1, int((last or [first])[0])))


def test_the_cited_sentence_stands_out_in_its_passage() -> None:
    reply = GOLDEN["context"]()
    bold = cite(RAQQA, 3, "", 1.0).sentence
    assert f"\n\n**{bold}**\n\n" in described(reply)
    assert described(reply).count("**") == 2
    assert [button.label for button in reply.buttons] == ["Later"]


def test_it_stays_marked_on_every_page_that_shows_it() -> None:
    mark = Mark(3, sentence_digest(cite(RAQQA, 3, "", 1.0).sentence))
    later = context_reply(RAQQA, spans(RAQQA), PageTicket(KEY, 8, mark=mark))
    assert "**" not in described(later)
    assert later is not None
    ticket = parse(later.buttons[0].custom_id)
    assert ticket == PageTicket(KEY, 8, earlier=True, mark=mark)
    assert isinstance(ticket, PageTicket)
    assert described(context_reply(RAQQA, spans(RAQQA), ticket)).count("**") == 2


def test_lines_of_one_paragraph_are_one_line() -> None:
    article = Article("a", "A", "One\nline. Another.\nA third.\n\nA paragraph.", "a.txt")
    there = [Sentence(0, 9), Sentence(10, 18), Sentence(19, 27), Sentence(29, 41)]
    text = described(context_reply(article, there, PageTicket(article_key("a"), 0)))
    assert text == "One line. Another. A third.\n\nA paragraph."


@pytest.mark.parametrize(
    "ticket",
    [
        ContextTicket(KEY, 0, 5, "aaaaaaaa"),
        ContextTicket(KEY, spans(RAQQA)[3].start, spans(RAQQA)[3].end, "aaaaaaaa"),
        ContextTicket(KEY, 10**8, 10**8 + 1, "aaaaaaaa"),
        PageTicket(KEY, 16),
        PageTicket(KEY, 0, earlier=True),
        PageTicket(KEY, 17, earlier=True),
        PageTicket(KEY, 0, mark=Mark(3, "aaaaaaaa")),
        PageTicket(KEY, 0, mark=Mark(16, "aaaaaaaa")),
    ],
)
def test_what_is_no_longer_there_is_not_shown(ticket: ContextTicket | PageTicket) -> None:
    assert context_reply(RAQQA, spans(RAQQA), ticket) is None


def test_an_article_without_sentences_is_shown_all_the_same() -> None:
    reply = article_reply(Article("a", "A title", "", "a.txt"), [])
    check(reply)
    assert reply.embed is not None
    assert reply.embed.footer.text == "0 sentences · 0 characters"
    assert context_reply(Article("a", "A title", "", "a.txt"), [], PageTicket(article_key("a"), 0)) is None


def test_an_article_begins_after_its_title_and_can_be_read_on() -> None:
    reply = article_reply(RAQQA, spans(RAQQA))
    assert described(reply).startswith("-# 2017-06-07\nThe US-led coalition fighting")
    assert reply.embed is not None
    assert reply.embed.url == RAQQA.url
    assert reply.embed.footer.text == f"16 sentences · {len(RAQQA.text):,} characters"
    (button,) = reply.buttons
    ticket = parse(button.custom_id)
    assert isinstance(ticket, PageTicket)
    assert described(reply).endswith(cite(RAQQA, ticket.number - 1, "", 1.0).sentence)


@given(
    st.lists(st.tuples(TEXTS, URLS, st.none() | TEXTS), max_size=ROWS_PER_PAGE),
    st.integers(0, 5),
    TEXTS | st.just(""),
)
@settings(deadline=None)
def test_every_list_fits(known: list[tuple[str, str | None, str | None]], page: int, typed: str) -> None:
    rows = [
        ArticleRow(0, "a", title, url, day, None, "a.txt", 1, 0, 10**6, 0, 1) for title, url, day in known
    ]
    reply = articles_reply(rows, page=page, pages=6, total=48, query=clean_query(typed))
    check(reply)
    assert described(reply).count("-# ") >= len(rows)


def test_a_list_is_paged_with_its_query() -> None:
    reply = articles_reply([row(RAQQA), row(HOSTILE)], page=1, pages=3, total=20, query="syria")
    assert [parse(button.custom_id) for button in reply.buttons] == [
        ArticlesTicket(0, "syria"),
        ArticlesTicket(2, "syria"),
    ]
    assert articles_reply([row(RAQQA)], page=0, pages=1, total=1, query="").buttons == ()
    assert described(articles_reply([], page=0, pages=1, total=0, query="")) == "There are no articles yet."


@given(TEXTS, st.lists(TEXTS, max_size=9))
def test_an_unknown_article_is_named_harmlessly(typed: str, titles: list[str]) -> None:
    check(unknown_article_reply(typed, titles))


@given(TEXTS)
def test_a_choice_is_short_and_never_empty(title: str) -> None:
    assert 0 < units(choice(title)) <= message_limits.CHOICE
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
        "If you judge an answer, the question, the answer and your note are kept on the bot's own machine"
    )
    assert (otherwise == "Questions are otherwise neither kept nor logged.") != logged
    assert ("kept in the log" in otherwise) == logged
    assert fields["Source"] == "the package"
