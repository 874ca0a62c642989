"""Articles as replies: their beginning and their pages."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.replies.article_pages import article_reply, context_reply
from bot.discord.replies.reply import Reply
from bot.discord.replies.tickets import (
    ContextTicket,
    PageTicket,
    SentenceMark,
    parse_ticket,
    sentence_digest,
)
from index.records import Article, Block, BlockKind, Sentence
from index.storage.catalog import article_key
from tests.preview.golden import GOLDEN, RAQQA, cite, spans
from tests.support.replies import TEXTS, URLS, check

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


@pytest.mark.slow
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
            ticket = parse_ticket(button.custom_id)
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
    mark = SentenceMark(3, sentence_digest(cite(RAQQA, 3, "", 1.0).sentence))
    later = context_reply(RAQQA, spans(RAQQA), PageTicket(KEY, 8, mark=mark))
    assert "**" not in described(later)
    assert later is not None
    ticket = parse_ticket(later.buttons[0].custom_id)
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
        PageTicket(KEY, 0, mark=SentenceMark(3, "aaaaaaaa")),
        PageTicket(KEY, 0, mark=SentenceMark(16, "aaaaaaaa")),
    ],
)
def test_what_is_no_longer_there_is_not_shown(ticket: ContextTicket | PageTicket) -> None:
    assert context_reply(RAQQA, spans(RAQQA), ticket) is None


def test_an_article_without_sentences_is_still_shown() -> None:
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
    ticket = parse_ticket(button.custom_id)
    assert isinstance(ticket, PageTicket)
    assert described(reply).endswith(cite(RAQQA, ticket.number - 1, "", 1.0).sentence)


def test_a_cited_sentence_is_found_in_whatever_block_it_stands() -> None:
    in_blocks = [Sentence(span.start, span.end, block) for block, span in enumerate(spans(RAQQA))]
    blocks = tuple(Block(BlockKind.PARAGRAPH, span.start, span.end) for span in in_blocks)
    article = replace(RAQQA, blocks=blocks)
    cited = cite(RAQQA, 3, "", 0.9)
    ticket = ContextTicket(KEY, cited.start, cited.end, sentence_digest(cited.sentence))
    reply = context_reply(article, in_blocks, ticket)
    assert reply is not None
    assert reply.embed is not None
    assert "**" in (reply.embed.description or "")
    words = "US%20Lieutenant%20General%20Steve%20Townsend,as%20a%20physical%20caliphate."
    assert reply.embed.url == f"{RAQQA.url}#:~:text={words}"
