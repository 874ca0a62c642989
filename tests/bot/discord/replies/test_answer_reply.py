"""Replies to questions: their wording, their citations and buttons, and what is read back from them."""

import re
from dataclasses import replace

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.replies.answer_reply import (
    ARTICLE_GONE,
    CONTEXT_LABEL,
    MORE_LABEL,
    QUESTION_LIMIT,
    RIGHT_LABEL,
    WRONG_LABEL,
    SentAnswer,
    answer_reply,
    read_back,
)
from bot.discord.replies.markdown import units
from bot.discord.replies.reply import (
    AMBER,
    EMPTY_LINE,
    GREEN,
    Reply,
)
from bot.discord.replies.tickets import ContextTicket, VerdictTicket, sentence_digest
from bot.discord.replies.without_embed import without_embed
from bot.wording import safe
from index.records import Answer, Citation, Source
from index.storage.catalog import article_key
from tests.preview.golden import (
    CONTACT,
    FINGERPRINT,
    GOLDEN,
    LONG,
    RAQQA,
    answered,
    cite,
    show,
)
from tests.support.replies import TEXTS, URLS, check, sent

SHARES = st.floats(0, 1)


@st.composite
def citations(draw: st.DrawFn, number: int = 1) -> Citation:
    """Make the `number`th citation: its sentence anywhere, any part of it marked."""
    sentence = draw(TEXTS)
    start = number * 10**6 + draw(st.integers(0, 10**5))
    ends = sorted((draw(st.integers(0, len(sentence))), draw(st.integers(0, len(sentence)))))
    mark = (start + ends[0], start + ends[1]) if ends[0] < ends[1] and draw(st.booleans()) else None
    source = Source(draw(st.text(max_size=300)), draw(TEXTS), draw(URLS))
    place = start, start + len(sentence)
    return Citation(number, source, sentence, *place, mark, draw(SHARES), link=draw(URLS))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Make an answer with up to 50 citations."""
    cited = [draw(citations(number)) for number in range(1, draw(st.integers(0, 7)) + 1)]
    if len(cited) == 7:
        last = replace(cited[-1], highlight=None)
        cited += [replace(last, number=n, start=last.start + n, end=last.end + n) for n in range(8, 51)]
    words = None
    if cited and draw(st.booleans()):
        first = cited[0]
        words = first.sentence
        if first.highlight:
            words = first.sentence[first.highlight[0] - first.start : first.highlight[1] - first.start]
    question = draw(TEXTS)
    maybe = words is None and bool(cited) and draw(st.booleans())
    return Answer(
        question, words is not None, draw(SHARES), words, tuple(cited), draw(st.floats(0, 10**6)), maybe
    )


@pytest.mark.slow
@settings(deadline=None)
@given(
    answers(), st.integers(0, 8), st.none() | st.text().map(article_key), st.booleans(), st.integers(1, 6),
    st.none() | st.just(ARTICLE_GONE), st.sampled_from(("", CONTACT * 7)), st.booleans(),
)  # fmt: skip
def test_every_answer_is_inside_discords_limits_and_harmless(
    answer: Answer,
    offset: int,
    asked_in: str | None,
    placed: bool,
    limit: int,
    note: str | None,
    contact: str,
    statement: bool,
) -> None:
    reply = answer_reply(
        answer,
        asked_in=asked_in,
        fingerprint=FINGERPRINT,
        offset=offset,
        limit=limit,
        note=note,
        contact=contact,
        statement=statement,
    )
    check(reply)
    shown = read_back(sent(reply))
    assert shown is not None
    whole = safe(safe(answer.question).strip())
    if len(whole) <= QUESTION_LIMIT:
        assert shown.question == whole
    else:
        assert whole.startswith(shown.question.removesuffix("…"))
    if answer.citations[offset:]:
        shown_to = offset + sum(isinstance(ticket, ContextTicket) for ticket in shown.tickets)
        assert shown.offset is None or (shown.asked_in == asked_in and offset < shown_to <= shown.offset)
        assert (shown.offset is None) == (
            reply.rest is not None and reply.rest.offset == len(answer.citations)
        )
        assert shown.article == asked_in or article_key(answer.citations[offset].article.id)
    bare = without_embed(reply, name_permission=placed)
    check(bare)
    plain = read_back(sent(bare))
    assert plain is not None
    first_line = bare.content.partition("\n")[0] if bare.content else ""
    assert plain.question == shown.question or first_line.endswith("…")
    assert plain.asked_in == (asked_in if plain.offset is not None else shown.asked_in)
    if answer.citations[offset:]:
        assert re.search(rf"^-# {offset + 1} · ", bare.content or "", re.MULTILINE)
    assert set(map(type, shown.tickets)) <= set(map(type, plain.tickets))
    if shown.offset is not None:
        assert plain.offset is not None
        assert offset < plain.offset <= shown.offset
    assert (plain.answer is None) == (shown.answer is None)
    if offset or not (answer.answer or answer.maybe) or (statement and answer.citations):
        assert shown.answer is None
    elif answer.answer is None:
        assert shown.answer or not safe(answer.citations[0].sentence).strip()
    elif units(answer.answer) < 100 and (text := safe(answer.answer).strip()):
        assert shown.answer == text


def test_an_answer_shows_its_citations() -> None:
    reply = GOLDEN["answer"]()
    assert reply.content == "> Who predicts the fight for Raqqa will be long and hard?"
    assert reply.embed is not None
    lines = (reply.embed.description or "").split("\n")
    assert lines[0] == "**US Lieutenant General Steve Townsend**"
    assert lines[2].startswith("> **US Lieutenant General Steve Townsend** predicts the fight for Raqqa")
    assert lines[3] == (
        "-# 1 · [Coalition Strikes Pro-Assad Shiite Militias Again Near Key Outpost In Syria]"
        "(<https://example.org/news/coalition-strikes-near-al-tanf>) · sentence 4 of 16"
    )
    assert reply.embed.footer.text == "Confident (80%) · 0.04 s"
    assert [button.label for button in reply.buttons] == [
        CONTEXT_LABEL,
        "2 in context",
        "3 in context",
        MORE_LABEL,
        RIGHT_LABEL,
        WRONG_LABEL,
    ]
    assert [button.row for button in reply.buttons] == [0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize(("link", "opened"), [("#:~:text=US%20%28so%29", True), ("#" + "a" * 500, False)])
def test_a_title_links_to_the_sentence_if_that_is_short_enough(link: str, opened: bool) -> None:
    citation = replace(cite(RAQQA, 3, "US", 0.8), link=f"{RAQQA.url}{link}")
    reply = show(answered("Who?", "US", citation))
    assert reply.embed is not None
    assert f"](<{RAQQA.url}{link if opened else ''}>) · sentence 4" in (reply.embed.description or "")


def test_a_declined_answer_marks_nothing() -> None:
    reply = show(replace(answered("Who?", None, cite(RAQQA, 3, "US", 0.1)), read_as="Whom?"))
    assert reply.embed is not None
    assert "**" not in (reply.embed.description or "")
    assert (reply.embed.description or "").startswith(
        f"The articles don't say.\nNearest sentences, which are not an answer:{EMPTY_LINE}> US Lieutenant"
    )
    assert reply.embed.footer.text == "Read as: Whom? · Too unsure to answer (10%) · 0.04 s"


def test_an_empty_library_says_so_without_sources() -> None:
    reply = answer_reply(Answer("Who?", False, 0.0, None, (), 1.0), asked_in=None, fingerprint=FINGERPRINT)
    assert reply.embed is not None
    assert reply.embed.description == "The articles don't say."
    assert [button.label for button in reply.buttons] == [RIGHT_LABEL, WRONG_LABEL]


def test_other_articles_with_the_same_sentence_are_named() -> None:
    one, two, three = Source("b", "B *side*", None), Source("c", "C", None), Source("old/c", "C", None)
    for also, count, words in (
        ((one,), 1, r" · also in B \*side\*"),
        ((one, two), 2, r" · also in B \*side\* and C"),
        ((one, two, three), 3, r" · also in B \*side\*, C and 1 more"),
        ((two, three, one), 150, r" · also in c, old/c and 148 more"),
    ):
        citation = replace(cite(RAQQA, 3, "US", 0.9), also=also, also_count=count)
        embed = show(answered("Who?", "US", citation)).embed
        assert embed is not None
        assert (embed.description or "").endswith(f"sentence 4 of 16{words}")


def test_the_bars_of_a_spoiler_are_shown_as_they_stand_in_the_article() -> None:
    text = "The code is ||swordfish|| today."
    source = Source("a", "||Codes||", None)
    citation = Citation(1, source, text, 0, len(text), (14, 23), 0.9, section=("||At night||",))
    embed = show(answered("What is the code?", "||swordfish||", citation)).embed
    assert embed is not None
    description = embed.description or ""
    assert r"The code is \|\|**swordfish**\|\| today." in description
    assert description.startswith(r"**\|\|swordfish\|\|**")
    assert r"\|\|Codes\|\| › \|\|At night\|\|" in description
    assert "||" not in description


def test_a_sentence_that_is_the_answer_is_not_repeated() -> None:
    reply = GOLDEN["whole-sentence"]()
    assert reply.embed is not None
    description = reply.embed.description or ""
    assert description.count("The convoy appears") == 1
    assert description.startswith("**The convoy appears")
    assert f"{EMPTY_LINE}-# 1 · [" in description


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "Very confident (100%)"), (0.999, "Very confident (99%)"), (0.9, "Very confident (90%)"),
     (0.7, "Confident (70%)"), (0.5, "Fairly confident (50%)"), (0.3, "Not very confident (30%)"),
     (0.004, "Not very confident (under 1%)"), (0.0, "Not very confident (0%)")],
)  # fmt: skip
def test_confidence_in_words(confidence: float, words: str) -> None:
    cited = cite(RAQQA, 3, "US", confidence)
    reply = show(answered("Who?", "US", cited))
    assert reply.embed is not None
    assert reply.embed.footer.text == f"{words} · 0.04 s"


def test_more_sources_go_on_where_the_last_ended() -> None:
    cited = [cite(RAQQA, number, "", 0.5, nth=number) for number in range(1, 15)]
    answer = answered("What?", cited[0].sentence, *cited)
    first = read_back(sent(show(answer)))
    assert first is not None
    assert first.offset == 5
    second = show(answer, offset=5)
    assert second.embed is not None
    assert (second.embed.description or "").startswith(f"More sources:{EMPTY_LINE}> ")
    assert second.embed.footer.text is None
    assert [button.label for button in second.buttons] == [
        "6 in context",
        "7 in context",
        "8 in context",
        MORE_LABEL,
    ]
    last = show(answer, offset=14)
    assert last.embed is not None
    assert last.embed.description == "There are no more sentences about this."
    assert last.buttons == ()


def test_citations_that_do_not_fit_are_left_for_more_sources() -> None:
    cited = [
        Citation(n, Source("a", "[" * 500, LONG.url), "*" * 9000, n, n + 9000, None, 0.5) for n in range(1, 9)
    ]
    reply = answer_reply(answered("*" * 500, "*" * 9000, *cited), asked_in=None, fingerprint=FINGERPRINT)
    check(reply)
    shown = read_back(sent(reply))
    assert shown is not None
    assert shown.offset is not None
    assert 1 <= shown.offset < 5


def test_what_a_click_needs_is_read_back() -> None:
    key = article_key(RAQQA.id)
    cited = cite(RAQQA, 3, "IS", 0.9)
    shown = read_back(sent(show(answered("**Who** is\n@everyone?", "IS", cited), asked_in=key, asker=42)))
    assert shown == SentAnswer(
        "**Who** is @everyone?",
        "IS",
        key,
        (
            ContextTicket(key, cited.start, cited.end, sentence_digest(cited.sentence)),
            VerdictTicket(True, FINGERPRINT, key, 42),
            VerdictTicket(False, FINGERPRINT, key, 42),
        ),
    )
    assert (shown.article, shown.asker) == (key, 42)


def test_a_follow_up_keeps_the_article_of_the_first_citation() -> None:
    shown = read_back(sent(show(answered("Who?", "IS", cite(RAQQA, 3, "IS", 0.9)))))
    assert shown is not None
    assert shown.asked_in is None
    assert shown.article == article_key(RAQQA.id)


@pytest.mark.parametrize(
    "name", ["context", "article", "articles", "about", "busy", "gone", "noted", "unknown-article"]
)
def test_other_messages_are_no_answers(name: str) -> None:
    assert read_back(sent(GOLDEN[name]())) is None


def test_a_message_that_only_looks_like_an_answer_is_read_without_trouble() -> None:
    assert read_back(sent(Reply("> quoted"))) is None
    assert read_back(sent(Reply("> one\nand more", discord.Embed(description="x")))) is None
    assert read_back(sent(Reply("> one", discord.Embed(title="x")))) == SentAnswer("one", None, None, ())


def test_a_declined_answer_over_one_article_says_no_more_than_that() -> None:
    key = article_key(RAQQA.id)
    reply = show(answered("Who?", None, cite(RAQQA, 3, "", 0.1)), asked_in=key)
    assert reply.embed is not None
    first, second, *_ = (reply.embed.description or "").split("\n")
    assert first == f"**{RAQQA.title}** doesn't say. I looked only there."
    assert second == "Nearest sentences, which are not an answer:"
    for sent_reply in (reply, without_embed(reply, name_permission=True)):
        shown = read_back(sent(sent_reply))
        assert shown is not None
        assert (shown.answer, shown.asked_in, shown.offset) == (None, key, None)


def test_further_sentences_of_a_declined_answer_are_not_called_an_answer() -> None:
    reply = GOLDEN["declined-more"]()
    assert reply.embed is not None
    assert (reply.embed.description or "").startswith(
        f"More of the nearest sentences, which are not an answer:{EMPTY_LINE}> "
    )


def test_sentences_without_words_of_an_answer_are_called_next_best() -> None:
    marked = cite(RAQQA, 3, "Steve Townsend", 0.8)
    also = cite(RAQQA, 6, "April", 0.5, nth=2)
    beside = [cite(RAQQA, 7, "", 0.1, nth=3), cite(RAQQA, 8, "", 0.0, nth=4)]
    reply = show(answered("Who?", "Steve Townsend", marked, also, *beside))
    assert reply.embed is not None
    blocks = (reply.embed.description or "").split(EMPTY_LINE)
    assert [block.startswith("-# Next best:\n> ") for block in blocks] == [False, False, False, True, False]
    for others in ((also,), ()):
        reply = show(answered("Who?", "Steve Townsend", marked, *others))
        assert reply.embed is not None
        assert "Next best" not in (reply.embed.description or "")


def test_a_statement_gets_sentences_and_no_answer() -> None:
    reply = GOLDEN["statement"]()
    assert reply.embed is not None
    assert (reply.embed.description or "").startswith(
        f"Nearest sentences in the articles:{EMPTY_LINE}> US Lieutenant General Steve Townsend predicts"
    )
    assert reply.embed.colour not in (GREEN, AMBER)
    assert [button.label for button in reply.buttons] == [CONTEXT_LABEL, MORE_LABEL]
    whole = cite(RAQQA, 3, "", 0.9)
    said = show(replace(answered("It is.", whole.sentence, whole), read_as="It was."), statement=True).embed
    assert said is not None
    assert said.footer.text == "Read as: It was."
    assert "> US Lieutenant" in (said.description or "")


def test_more_sources_are_offered_if_there_are_more() -> None:
    cited = [cite(RAQQA, number, "", 0.5, nth=number) for number in range(1, 5)]
    answer = answered("What?", "US", *cited)
    for most, offered in ((3, True), (4, False)):
        reply = show(answer, limit=most)
        assert (MORE_LABEL in [button.label for button in reply.buttons]) == offered
        assert reply.embed is not None
        assert f"-# {most} · " in (reply.embed.description or "")
        assert f"-# {most + 1} · " not in (reply.embed.description or "")
    long = [cite(RAQQA, number, "", 0.5, nth=number) for number in (2, 3, 6, 8, 12)]
    bare = without_embed(show(answered("What?" * 100, "US", *long)), name_permission=False)
    shown = read_back(sent(bare))
    assert shown is not None
    assert shown.offset is not None, "what the embed held and this does not is offered"


@pytest.mark.parametrize(("confidence", "colour"), [(0.5, GREEN), (0.4999, AMBER)])
def test_an_unsure_answer_is_not_green(confidence: float, colour: discord.Colour) -> None:
    embed = show(answered("Who?", "US", cite(RAQQA, 3, "US", confidence))).embed
    assert embed is not None
    assert embed.colour == colour


def test_further_sentences_near_a_statement_are_no_answer() -> None:
    cited = [cite(RAQQA, nth, "", 0.9, nth=nth) for nth in (3, 4, 5, 6)]
    cited[0] = cite(RAQQA, 3, "Steve Townsend", 0.9, nth=1)
    answer = answered("The fight will be long.", "Steve Townsend", *cited)
    for first, opening in ((0, "Nearest sentences in the articles:"), (1, "More of the nearest sentences:")):
        reply = show(answer, offset=first, statement=True)
        assert reply.embed is not None
        text = reply.embed.description or ""
        assert text.startswith(f"{opening}{EMPTY_LINE}> ")
        assert "**" not in text
        assert reply.embed.colour not in (GREEN, AMBER)
        for shown in (read_back(sent(reply)), read_back(sent(without_embed(reply, name_permission=False)))):
            assert shown is not None
            assert (shown.answer, shown.statement) == (None, True)
