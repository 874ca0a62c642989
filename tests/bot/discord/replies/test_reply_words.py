"""What a reply says of where was looked, of what is near, and of how sure it is."""

import discord
import pytest

from bot.discord.replies.answer_reply import CONTEXT_LABEL, MORE_LABEL, read_back
from bot.discord.replies.reply import AMBER, EMPTY_LINE, GREEN
from bot.discord.replies.without_embed import without_embed
from index.storage.catalog import article_key
from tests.bot.discord.replies.test_answer_reply import sent
from tests.preview.golden import GOLDEN, RAQQA, answered, cite, show


def test_who_looked_in_one_article_says_no_more_than_that() -> None:
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


def test_further_sentences_of_a_declined_answer_are_none_either() -> None:
    reply = GOLDEN["declined-more"]()
    assert reply.embed is not None
    assert (reply.embed.description or "").startswith(
        f"More of the nearest sentences, which are not an answer:{EMPTY_LINE}> "
    )


def test_sentences_that_only_stand_near_the_answer_are_called_so() -> None:
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
    said = show(answered("It is.", whole.sentence, whole), statement=True).embed
    assert said is not None
    assert "> US Lieutenant" in (said.description or "")


def test_more_is_offered_where_there_is_more() -> None:
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
def test_what_is_not_sure_is_not_green(confidence: float, colour: discord.Colour) -> None:
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
