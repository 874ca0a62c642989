import json
from dataclasses import replace
from typing import Any
from unittest.mock import MagicMock

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.delivery.sending import view_of
from bot.discord.replies.answer_reply import (
    ARTICLE_GONE,
    CONTEXT_LABEL,
    MORE_LABEL,
    QUESTION_LIMIT,
    RIGHT_LABEL,
    WRONG_LABEL,
    Place,
    SentAnswer,
    answer_reply,
    find_places,
    read_back,
)
from bot.discord.replies.markdown import units, web_address
from bot.discord.replies.reply import (
    EMPTY_LINE,
    Reply,
    article_gone_reply,
    busy_reply,
    cooldown_reply,
    late_reply,
    notice,
    unknown_button_reply,
    verdict_reply,
)
from bot.discord.replies.tickets import ContextTicket, VerdictTicket, parse, sentence_digest
from bot.discord.replies.without_embed import without_embed
from bot.wording import safe
from index.library import Library
from index.records import Answer, Citation, Source
from index.storage.catalog import article_key
from tests.fake_discord import limits as documented
from tests.preview.golden import (
    FINGERPRINT,
    FOLDER,
    GOLDEN,
    HOSTILE,
    LONG,
    RAQQA,
    answered,
    cite,
    payload,
    show,
    spans,
)
from tests.preview.markdown import parse as markdown

ODD = (
    "\\ * _ ~~ | || ` ``` < > [ ] ( ) # -# @ : / . 1. a é 日 👍🏽 🇩 ** https:// ]( "
    "@everyone <@1> <@&1> :a: <t:1>"
)
PIECES = st.sampled_from(
    [*ODD.split(), "\n", "\t", " ", "  ", "\u200b", "\u200d", "\u0301", "\u202e", "\ud800"]
)
TEXTS = st.one_of(
    st.lists(PIECES, min_size=1, max_size=25).map("".join),
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        ["a " * 2200, "*" * 2500, "👩‍👩‍👧‍👦" * 300, "[" * 600, "@everyone" * 300, "\u0301" * 1500]
    ),
)
URLS = st.none() | TEXTS | TEXTS.map("https://example.org/{}".format)
SHARES = st.floats(0, 1)


@st.composite
def citations(draw: st.DrawFn, number: int = 1) -> Citation:
    """Make the `number`th citation: its sentence anywhere, any part of it marked."""
    sentence = draw(TEXTS)
    start = number * 10**6 + draw(st.integers(0, 10**5))
    ends = sorted((draw(st.integers(0, len(sentence))), draw(st.integers(0, len(sentence)))))
    mark = (start + ends[0], start + ends[1]) if ends[0] < ends[1] and draw(st.booleans()) else None
    source = Source(draw(st.text(max_size=300)), draw(TEXTS), draw(URLS))
    return Citation(number, source, sentence, start, start + len(sentence), mark, draw(SHARES))


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
    asked = draw(TEXTS)
    return Answer(asked, words is not None, draw(SHARES), words, tuple(cited), draw(st.floats(0, 10**6)))


def sent(reply: Reply) -> discord.Message:
    """Return the message that discord.py makes of what Discord says when it was sent a reply."""
    message = payload(reply)
    for row in message.get("components", ()):
        row["id"] = 1
    author = {"id": "2", "username": "Footnote", "discriminator": "0", "avatar": None, "bot": True}
    data: Any = {
        "id": "1", "type": 0, "channel_id": "3", "author": author, "content": "", "embeds": [],
        "components": [], "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": False,
        "pinned": False, "tts": False, "timestamp": "2020-01-01T00:00:00+00:00", "edited_timestamp": None,
        "flags": 0, **message,
    }  # fmt: skip
    channel = MagicMock(spec=discord.DMChannel)
    return discord.Message(state=MagicMock(), channel=channel, data=data)


def check(reply: Reply) -> None:
    """Look at a reply as Discord does, and for markup that nobody here wrote."""
    assert units(reply.content or "") <= documented.CONTENT
    assert reply.content or reply.embed
    if embed := reply.embed:
        texts = [embed.title or "", embed.description or "", embed.footer.text or ""]
        for text, most in zip(texts, (256, 4096, 2048), strict=True):
            assert units(text) <= most
        fields = [text for field in embed.fields for text in (field.name or "", field.value or "")]
        assert sum(map(units, texts + fields)) <= documented.EMBED_SUM
        assert all(text.strip() for text in (embed.title, embed.description) if text is not None)
    ids = [button.custom_id for button in reply.buttons]
    assert len(set(ids)) == len(ids)
    assert all(parse(id_) for id_ in ids)
    assert all(0 < units(button.label) <= documented.LABEL for button in reply.buttons)
    for row in range(documented.ROWS):
        assert sum(button.row == row for button in reply.buttons) <= documented.ROW
    raw = json.dumps({**payload(reply), "components": []}, ensure_ascii=False)  # those are not shown
    for mention in ("@everyone", "@here", "<@", "<#", "</", "<:", "\u202e"):
        assert mention not in raw
    for text in (reply.content, reply.embed and reply.embed.title, reply.embed and reply.embed.description):
        for top in markdown(text or ""):
            for node in top.walk():
                assert node.kind in ("text", "strong", "quote", "small", "link", "code")
                assert node.kind != "link" or web_address(node.target) == node.target


@settings(deadline=None)
@given(
    answers(), st.integers(0, 8), st.none() | st.text().map(article_key), st.booleans(), st.integers(1, 6),
    st.none() | st.just(ARTICLE_GONE), st.booleans(),
)  # fmt: skip
def test_every_answer_is_inside_discords_limits_and_harmless(
    answer: Answer,
    first: int,
    asked_in: str | None,
    placed: bool,
    most: int,
    note: str | None,
    statement: bool,
) -> None:
    found = {citation.number: Place(7, 10**6) for citation in answer.citations} if placed else {}
    reply = answer_reply(
        answer, places=found, asked_in=asked_in, fingerprint=FINGERPRINT, offset=first, limit=most, note=note,
        statement=statement,
    )  # fmt: skip
    check(reply)
    shown = read_back(sent(reply))
    assert shown is not None
    whole = safe(safe(answer.question).strip())
    if len(whole) <= QUESTION_LIMIT:
        assert shown.question == whole
    else:
        assert whole.startswith(shown.question.removesuffix("…"))
    if answer.citations[first:]:
        shown_to = first + sum(isinstance(ticket, ContextTicket) for ticket in shown.tickets)
        assert shown.offset is None or (shown.asked_in == asked_in and first < shown_to <= shown.offset)
        assert (shown.offset is None) == (
            reply.rest is not None and reply.rest.offset == len(answer.citations)
        )
        assert shown.article == asked_in or article_key(answer.citations[first].article.id)
    bare = without_embed(reply, name_permission=placed)
    check(bare)
    plain = read_back(sent(bare))
    assert plain is not None
    assert plain.question == shown.question
    assert plain.asked_in == (asked_in if plain.offset is not None else shown.asked_in)
    assert set(map(type, shown.tickets)) <= set(map(type, plain.tickets))
    if shown.offset is not None:
        assert plain.offset is not None
        assert first <= plain.offset <= shown.offset
    assert (plain.answer is None) == (shown.answer is None)
    if first or answer.answer is None or (statement and answer.citations):
        assert shown.answer is None
    elif units(answer.answer) < 100 and (text := safe(answer.answer).strip()):
        assert shown.answer == text


@pytest.mark.parametrize("name", GOLDEN)
def test_replies_are_sent_as_they_were_looked_at(name: str) -> None:
    reply = GOLDEN[name]()
    check(reply)
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert payload(reply) == kept, "look at it, then run `python -m tests.preview`"


def test_no_payload_is_kept_that_nothing_makes() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
async def test_what_is_kept_is_what_is_sent(name: str) -> None:
    reply = GOLDEN[name]()
    view = view_of(reply)
    rows = payload(reply).get("components", [])
    assert len(view.to_components() if view else []) == len(rows)
    for made, row in zip(view.to_components() if view else [], rows, strict=True):
        for button, known in zip(made["components"], row["components"], strict=True):
            assert {key: button[key] for key in ("type", "style", "label", "custom_id")} == {
                key: known[key] for key in ("type", "style", "label", "custom_id")
            }


def test_an_answer_shows_what_it_stands_on() -> None:
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


def test_a_declined_answer_marks_nothing() -> None:
    reply = show(answered("Who?", None, cite(RAQQA, 3, "US", 0.1)))
    assert reply.embed is not None
    assert "**" not in (reply.embed.description or "")
    assert (reply.embed.description or "").startswith(
        f"The articles don't say.\nNearest sentences, which are not an answer:{EMPTY_LINE}> US Lieutenant"
    )
    assert reply.embed.footer.text == "Too unsure to answer (10%) · 0.04 s"


def test_an_empty_library_says_so_without_sources() -> None:
    reply = answer_reply(
        Answer("Who?", False, 0.0, None, (), 1.0), places={}, asked_in=None, fingerprint=FINGERPRINT
    )
    assert reply.embed is not None
    assert reply.embed.description == "The articles don't say."
    assert [button.label for button in reply.buttons] == [RIGHT_LABEL, WRONG_LABEL]


def test_a_sentence_that_is_the_answer_stands_there_once() -> None:
    reply = GOLDEN["whole-sentence"]()
    assert reply.embed is not None
    description = reply.embed.description or ""
    assert description.count("The convoy appears") == 1
    assert description.startswith("**The convoy appears")
    assert f"{EMPTY_LINE}-# 1 · [" in description


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "Very confident (100%)"), (0.999, "Very confident (99%)"), (0.9, "Very confident (90%)"),
     (0.7, "Confident (70%)"), (0.5, "Fairly confident (50%)"), (0.3, "Not sure (30%)"),
     (0.004, "Not sure (under 1%)"), (0.0, "Not sure (0%)")],
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
    reply = answer_reply(
        answered("*" * 500, "*" * 9000, *cited), places={}, asked_in=None, fingerprint=FINGERPRINT
    )
    check(reply)
    shown = read_back(sent(reply))
    assert shown is not None
    assert shown.offset is not None
    assert 1 <= shown.offset < 5


def test_what_a_click_needs_is_read_back() -> None:
    key = article_key(RAQQA.id)
    cited = cite(RAQQA, 3, "IS", 0.9)
    shown = read_back(sent(show(answered("**Who** is\n@everyone?", "IS", cited), asked_in=key)))
    assert shown == SentAnswer(
        "**Who** is @everyone?",
        "IS",
        key,
        (
            ContextTicket(key, cited.start, cited.end, sentence_digest(cited.sentence)),
            VerdictTicket(True, FINGERPRINT, key),
            VerdictTicket(False, FINGERPRINT, key),
        ),
    )
    assert shown.article == key


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


def test_the_lines_of_the_bots_own() -> None:
    assert busy_reply(2.3).content == "I'm busy right now. Please try again in 3 s."
    assert "in 3 s" in (late_reply(2.3).content or "")
    assert "in 3 s" in (cooldown_reply(2.3).content or "")
    assert notice("Hello.") == Reply("Hello.")
    assert verdict_reply(7).buttons[0].custom_id == "fn1:n:7"
    for reply in (
        busy_reply(0),
        late_reply(0),
        cooldown_reply(0),
        article_gone_reply(),
        unknown_button_reply(),
        verdict_reply(1),
    ):
        check(reply)


def test_places_are_looked_up_in_the_library() -> None:
    library = MagicMock()
    library.sentences.side_effect = lambda id_: spans({RAQQA.id: RAQQA, HOSTILE.id: HOSTILE}[id_])
    cited = (cite(RAQQA, 3, "", 0.9), cite(HOSTILE, 2, "", 0.8, nth=2), cite(RAQQA, 15, "", 0.7, nth=3))
    places = find_places(library, answered("Who?", None, *cited))
    assert places == {1: Place(4, 16), 2: Place(3, 3), 3: Place(16, 16)}
    assert library.sentences.call_count == 2


def test_an_answer_outlives_its_article(library: Library) -> None:
    answer = library.ask("How long is the red bridge?")
    first, *rest = answer.citations
    removed = replace(answer, citations=(replace(first, article=replace(first.article, id="gone")), *rest))
    assert find_places(library, removed) == {}
