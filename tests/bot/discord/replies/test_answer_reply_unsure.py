"""Replies with no answer, one that may be it, or a list of them, and what is read back from them."""

from dataclasses import replace

from bot.discord.replies.answer_reply import ANSWER_LABEL, ARTICLE_GONE, answer_reply, read_back
from bot.discord.replies.reply import AMBER, EMPTY_LINE
from bot.discord.replies.tickets import AnswerTicket
from bot.discord.replies.without_embed import without_embed
from index.records import BlockKind
from index.storage.catalog import article_key
from tests.preview.golden import CONTACT, FINGERPRINT, HOSTILE, RAQQA, answered, cite, payload, show
from tests.support.replies import sent


def test_a_sentence_that_may_answer_is_shown_as_such_with_the_likely_words_in_bold() -> None:
    who = "US Lieutenant General Steve Townsend"
    cited = [cite(RAQQA, 3, who, 0.2), cite(RAQQA, 2, "", 0.1, nth=2)]
    reply = show(replace(answered("Who?", None, *cited), maybe=True))
    assert reply.embed is not None
    assert (reply.embed.description or "").startswith(
        f"Not sure, but this may be it:{EMPTY_LINE}> **{who}** predicts the fight for Raqqa"
    )
    assert f"{EMPTY_LINE}-# Next best:\n> " in (reply.embed.description or "")
    assert reply.embed.footer.text == "Too unsure to answer (20%) · 0.04 s"
    assert reply.embed.colour == AMBER
    for message in (reply, without_embed(reply, name_permission=True)):
        shown = read_back(sent(message))
        assert shown is not None
        assert (shown.question, shown.answer, shown.article) == ("Who?", who, article_key(RAQQA.id))


def test_without_a_mark_the_sentence_that_may_answer_is_bold() -> None:
    cited = replace(cite(HOSTILE, 1, "", 0.2), sentence=r"A \ back*slash* and ** stars")
    reply = show(replace(answered("Who?", None, cited), maybe=True))
    for message in (reply, without_embed(reply, name_permission=True)):
        shown = read_back(sent(message))
        assert shown is not None
        assert shown.answer == cited.sentence


def test_a_list_that_answers_is_shown_whole_and_not_as_next_best() -> None:
    cited = [cite(RAQQA, nth, "", 0.8, nth=nth) for nth in range(1, 8)]
    items = [replace(citation, block=BlockKind.LIST_ITEM) for citation in cited[:6]]
    reply = show(answered("Which ones?", items[0].sentence, *items, replace(cited[6], score=0.1)), limit=3)
    assert reply.embed is not None
    assert "-# 6 · " in (reply.embed.description or "")
    assert "Next best" not in (reply.embed.description or "")
    shown = read_back(sent(reply))
    assert shown is not None
    assert shown.offset == 6


def test_whom_to_ask_stands_below_a_refusal_alone() -> None:
    contact, key = CONTACT, article_key(RAQQA.id)
    declined = answered("Who?", None, cite(RAQQA, 3, "US", 0.1))
    for asked_in, note in ((None, None), (key, None), (None, ARTICLE_GONE)):
        reply = show(declined, asked_in=asked_in, note=note, contact=contact)
        for sent_reply in (reply, without_embed(reply, name_permission=True)):
            text = sent_reply.embed.description if sent_reply.embed else sent_reply.content
            assert text is not None
            assert f"\n{contact}\nNearest sentences, which are not an answer:" in text
            shown = read_back(sent(sent_reply))
            assert shown is not None
            assert (shown.question, shown.answer) == ("Who?", None)
    others = (
        answer_reply(replace(declined, maybe=True), asked_in=None, fingerprint=FINGERPRINT, contact=contact),
        show(answered("Who?", "US", cite(RAQQA, 3, "US", 0.9)), contact=contact),
        show(declined, statement=True, contact=contact),
        show(declined, offset=1, contact=contact),
    )
    assert not any("moderator" in str(payload(reply)) for reply in others)


def test_the_button_to_answer_stands_below_a_refusal_alone() -> None:
    declined = answered("Who?", None, cite(RAQQA, 3, "US", 0.1))
    reply = show(declined, answer_button=True)
    for shown in (reply, without_embed(reply, name_permission=True)):
        assert [button.label for button in shown.buttons][-1] == ANSWER_LABEL
        read = read_back(sent(shown))
        assert read is not None
        assert AnswerTicket() in read.tickets
    others = (
        show(replace(declined, maybe=True), answer_button=True),
        show(answered("Who?", "US", cite(RAQQA, 3, "US", 0.9)), answer_button=True),
        show(declined, statement=True, answer_button=True),
        show(declined, offset=1, answer_button=True),
        show(declined),
    )
    assert not any(ANSWER_LABEL in str(payload(reply)) for reply in others)
