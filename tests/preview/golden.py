"""The replies whose payloads are in `tests/data/discord`, made from records that never change."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

import discord

from bot.discord.replies.answer_reply import ARTICLE_GONE, LOOKED_EVERYWHERE, answer_reply, in_bold
from bot.discord.replies.article_pages import article_reply, context_reply
from bot.discord.replies.library_pages import about_reply, articles_reply, unknown_article_reply
from bot.discord.replies.reply import Reply, article_gone_reply, busy_reply, verdict_reply
from bot.discord.replies.tickets import ContextTicket, PageTicket, SentenceMark, sentence_digest
from index.records import Answer, Article, Citation, Sentence, Source, Span
from index.storage.catalog import ArticleRow, article_key

FOLDER = Path(__file__).parent.parent / "data" / "discord"
FINGERPRINT = "5d41402abc4b"
CONTACT = "Ask in <#123> or a moderator"
"""In the words of the bot's owner, with Discord's markup."""

RAQQA = Article(
    id="coalition-strikes-near-al-tanf",
    title="Coalition Strikes Pro-Assad Shiite Militias Again Near Key Outpost In Syria",
    text="\n\n".join(
        (
            "Coalition Strikes Pro-Assad Shiite Militias Again Near Key Outpost In Syria",
            "The US-led coalition fighting the Islamic State group in Syria has struck pro-government "
            "forces, the Pentagon confirmed.",
            "A US-backed Syrian force has begun an offensive to capture the northern city of Raqqa, "
            "the de facto capital of Islamic State, after months of clearing operations.",
            "US Lieutenant General Steve Townsend predicts the fight for Raqqa will be long and hard, "
            "but the offensive would deliver a decisive blow to the idea of IS as a physical "
            "caliphate.",
            'CJTF-OIR stated it issued multiple warnings before it destroyed "two artillery pieces '
            'and an anti-aircraft weapon" and damaged a tank.',
            "The strike came after forces supporting Syrian President Bashar Assad were attacked by "
            "what the us -led coalition believes were Syrian fighters not affiliated with the "
            "coalition.",
            "This is the second time in a month that coalition forces have engaged pro-regime forces "
            "around al Tanf, where coalition advisers train local partners (and where United States "
            "and partner forces repulsed a fierce ISIS attack in April).",
            "Officials said some pro-Assad forces likely remain in the area.",
            "In a separate development a day earlier, the so-called Syrian Observatory for Human "
            "Rights said 21 civilians were killed during a U.S. airstrike while they were trying to "
            "flee the Daesh-held northern city of Raqqah, with reports that women and children were "
            "among the casualties.",
            '"Morale is high and military readiness to implement the military plan is complete".',
            "At least 21 civilians were killed Monday night in strikes by suspected US-led alliance "
            "warplanes in the city, the Observatory reported.",
            "The U.S. dropped 90,000 brightly-colored leaflets more than a week ago, warning "
            "pro-Assad forces to leave the area and saying the coalition would take steps to defend "
            "itself.",
            "The US-led coalition forces on Tuesday conducted a strike against pro-government forces "
            "in Syria that advanced inside the de-confliction zone in the southern part of the "
            "country, according to US military.",
            "Col. Ryan Dillon, spokesman for the USA military's operations in Iraq and Syria against "
            "ISIS, told reporters during a phone briefing last week that the group outside the zone "
            "had built up its forces and combat power.",
            "The convoy appears to have consisted not of regular Syrian army soldiers but of "
            "worldwide Shia militiamen.",
            "The base is used by American and British commandos to train the rebels from the Free "
            "Syrian Army.",
        )
    ),
    file="coalition-strikes-near-al-tanf.txt",
    url="https://example.org/news/coalition-strikes-near-al-tanf",
    published="2017-06-07",
)

HOSTILE = Article(
    id="odd/@everyone",
    title="**[Free] nitro** @everyone <@&1> https://evil.example",
    text="\n\n".join(
        (
            "# @everyone read [this](javascript:1) and ||that|| `now` \u202eevil\u202c <@&1> <t:1:R>",
            "- **bold** _em_ ~~gone~~ :smile: discord.gg/evil https://evil.example/a_(b) \\*",
            "> 日本語 👩‍👩‍👧‍👦 👍🏽 مرحبا e\u0301 ```code``` @here </ask:1> <#1> <:a:1>",
        )
    ),
    file="odd/@everyone.txt",
    url="https://example.org/a_(b)]?q=[x](y)*",
)

GOES_ON = "the *sentence* goes on, "
LONG = Article(
    id="long",
    title="A title that never seems to end, " * 20,
    text="\n\n".join(
        f"No. {number}: {GOES_ON * 20}it says @everyone, and {GOES_ON * 20}ends." for number in range(50)
    ),
    file="long.txt",
    url=f"https://example.org/{'long/' * 90}",
)


def payload(reply: Reply) -> dict[str, Any]:
    """Return what Discord is sent for a reply, as JSON has it."""
    rows = groupby(reply.buttons, key=lambda button: button.row)
    return {
        **({"content": reply.content} if reply.content else {}),
        **({"embeds": [reply.embed.to_dict()]} if reply.embed else {}),
        **(
            {"components": [_row([_button(button) for button in row]) for _, row in rows]}
            if reply.buttons
            else {}
        ),
    }


def _row(components: list[Any]) -> dict[str, Any]:
    return {"type": discord.ComponentType.action_row.value, "components": components}


def _button(button: Any) -> dict[str, Any]:
    emoji = {"emoji": {"name": button.emoji}} if button.emoji else {}
    shape = {"type": discord.ComponentType.button.value, "style": button.style.value}
    return {**shape, "label": button.label, "custom_id": button.custom_id, **emoji}


def spans(article: Article) -> list[Sentence]:
    """Cut an article of this module into its sentences, which are its paragraphs."""
    starts = [0, *(at + 2 for at in range(len(article.text)) if article.text.startswith("\n\n", at))]
    return [Sentence(start, start + len(article.text[start:].split("\n\n", 1)[0])) for start in starts]


def cite(article: Article, number: int, mark: str, score: float, *, nth: int = 1) -> Citation:
    """Cite a sentence, from 0, of an article with `mark` in it highlighted, "" for none, as the `nth`."""
    span = spans(article)[number]
    sentence = article.text[span.start : span.end]
    at = span.start + sentence.index(mark)
    highlight: Span | None = (at, at + len(mark)) if mark else None
    source = Source(article.id, article.title, article.url)
    place = {"position": number + 1, "sentences": len(spans(article))}
    return Citation(nth, source, sentence, span.start, span.end, highlight, score, **place)


def answered(question: str, answer: str | None, *citations: Citation) -> Answer:
    """Answer a question from citations, the first of which says how sure that is."""
    return Answer(question, answer is not None, citations[0].score, answer, citations, 41.3)


def show(answer: Answer, *, asked_in: str | None = None, **options: Any) -> Reply:
    """Show an answer over articles of this module as it is given; the rest are options of `answer_reply`."""
    return answer_reply(
        answer,
        asked_in=asked_in,
        asked_title=answer.citations[0].article.title if answer.citations else None,
        fingerprint=FINGERPRINT,
        **options,
    )


def _answer() -> Reply:
    question = "Who predicts the fight for Raqqa will be long and hard?"
    who = "US Lieutenant General Steve Townsend"
    cited = [cite(RAQQA, 3, who, 0.8037), cite(RAQQA, 2, "", 0.08, nth=2), cite(RAQQA, 1, "", 0.06, nth=3)]
    return show(answered(question, who, *cited, cite(RAQQA, 5, "", 0.05, nth=4)), limit=3)


def _one_source() -> Reply:
    question = "Who predicts the fight for Raqqa will be long and hard?"
    who = "US Lieutenant General Steve Townsend"
    return show(answered(question, who, cite(RAQQA, 3, who, 0.8037)))


def _maybe() -> Reply:
    cited = [cite(RAQQA, 6, "April", 0.22), cite(RAQQA, 7, "", 0.07, nth=2)]
    return show(replace(answered("When was the garrison attacked?", None, *cited), maybe=True))


def _one_citation() -> Reply:
    question = "When did United States and partner forces repulse an attack?"
    return show(answered(question, "April", cite(RAQQA, 6, "April", 0.74)), asked_in=article_key(RAQQA.id))


def _whole_sentence() -> Reply:
    question = "What about the convoy?"
    sentence = cite(RAQQA, 14, "", 0.55)
    return show(answered(question, sentence.sentence, sentence, cite(RAQQA, 7, "", 0.1, nth=2)))


def _declined(**options: Any) -> Reply:
    question = "Who painted the Mona Lisa?"
    cited = [
        cite(RAQQA, 4, "", 0.1158),
        cite(RAQQA, 13, "", 0.0847, nth=2),
        cite(RAQQA, 3, "", 0.0639, nth=3),
        cite(RAQQA, 5, "", 0.0531, nth=4),
    ]
    return show(answered(question, None, *cited), **{"limit": 3, **options})


def _declined_without_sentences() -> Reply:
    declined = answered("Who painted the Mona Lisa?", None, cite(RAQQA, 4, "", 0.0058))
    return show(replace(declined, citations=()))


def _looked_everywhere() -> Reply:
    """Show an answer that was found in another article than the one before."""
    elsewhere = answered("Who else?", None, cite(HOSTILE, 1, "", 0.1))
    question = "Who predicts the fight for Raqqa will be long and hard?"
    who = "US Lieutenant General Steve Townsend"
    answer = answered(question, who, cite(RAQQA, 3, who, 0.41))
    return show(answer, note=in_bold(elsewhere.citations[0].article.title) + LOOKED_EVERYWHERE)


def _statement() -> Reply:
    who = "US Lieutenant General Steve Townsend"
    cited = [cite(RAQQA, 3, who, 0.8), cite(RAQQA, 2, "", 0.07, nth=2)]
    return show(answered("The fight for Raqqa will be long.", who, *cited), limit=1, statement=True)


def _hostile() -> Reply:
    cited = [
        cite(HOSTILE, at, mark, 0.9, nth=at + 1) for at, mark in enumerate(("||that||", " _em_ ", "👍🏽"))
    ]
    return show(answered("@everyone **who** is <@1>?\n> [x](javascript:1)", "||that||", *cited))


def _long() -> Reply:
    cited = [cite(LONG, at, "@everyone", 0.9, nth=at + 1) for at in range(50)]
    return show(answered("Why? " * 100, "@everyone", *cited))


def _more() -> Reply:
    cited = [cite(RAQQA, nth, "", 0.9 / nth, nth=nth) for nth in range(1, 6)]
    return show(answered("What happened?", cited[0].sentence, *cited), offset=3)


def _no_more() -> Reply:
    return show(answered("What happened?", "IS", cite(RAQQA, 3, "IS", 0.9)), offset=3)


def _context() -> Reply:
    cited = cite(RAQQA, 3, "", 0.9)
    ticket = ContextTicket(article_key(RAQQA.id), cited.start, cited.end, sentence_digest(cited.sentence))
    return _page(RAQQA, ticket)


def _context_later() -> Reply:
    mark = SentenceMark(3, sentence_digest(cite(RAQQA, 3, "", 0.9).sentence))
    return _page(RAQQA, PageTicket(article_key(RAQQA.id), 5, mark=mark))


def _context_hostile() -> Reply:
    return _page(HOSTILE, PageTicket(article_key(HOSTILE.id), 0))


def _page(article: Article, ticket: ContextTicket | PageTicket) -> Reply:
    reply = context_reply(article, spans(article), ticket)
    assert reply is not None
    return reply


def row(article: Article, number: int = 0) -> ArticleRow:
    """Return the row of an article as the catalog has it."""
    facts = (article.title, article.url, article.published, article.author, article.file)
    return ArticleRow(
        number, article.id, *facts, article.updated, len(article.text), 0, len(spans(article)), 0, 1
    )


def _articles() -> Reply:
    return articles_reply([row(RAQQA), row(HOSTILE), row(LONG)], page=1, pages=3, total=19, query="")


def _articles_like() -> Reply:
    return articles_reply([row(RAQQA)], page=0, pages=1, total=1, query="coalition *strikes*")


def _about() -> Reply:
    source = "https://example.org/footnote"
    return about_reply(articles=1204, version="1.0.0", source=source, log_questions=False)


GOLDEN: Mapping[str, Callable[[], Reply]] = MappingProxyType(
    {
        "answer": _answer,
        "one-citation": _one_citation,
        "whole-sentence": _whole_sentence,
        "one-source": _one_source,
        "maybe": _maybe,
        "declined": _declined,
        "declined-without-sentences": _declined_without_sentences,
        "declined-there": lambda: _declined(asked_in=article_key(RAQQA.id)),
        "declined-gone": lambda: _declined(note=ARTICLE_GONE),
        "declined-contact": lambda: _declined(contact=CONTACT),
        "declined-more": lambda: _declined(offset=3),
        "looked-everywhere": _looked_everywhere,
        "statement": _statement,
        "hostile": _hostile,
        "long": _long,
        "more": _more,
        "no-more": _no_more,
        "context": _context,
        "context-later": _context_later,
        "context-hostile": _context_hostile,
        "article": lambda: article_reply(RAQQA, spans(RAQQA)),
        "articles": _articles,
        "articles-like": _articles_like,
        "articles-none": lambda: articles_reply([], page=0, pages=1, total=0, query="@everyone"),
        "unknown-article": lambda: unknown_article_reply("**Raqa**", [RAQQA.title, HOSTILE.title]),
        "about": _about,
        "busy": lambda: busy_reply(2.3),
        "gone": article_gone_reply,
        "noted": lambda: verdict_reply(7),
    }
)
