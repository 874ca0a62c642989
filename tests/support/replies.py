"""Texts that try to break replies, what Discord makes of a reply, and what must hold for each."""

import json
from functools import cache
from typing import Any
from unittest.mock import MagicMock

import discord
from hypothesis import strategies as st

from bot.discord.replies.markdown import units, web_address
from bot.discord.replies.reply import Reply
from bot.discord.replies.tickets import parse_ticket
from tests.fake_discord import limits as documented
from tests.preview.golden import CONTACT, payload
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
    state, channel = _surroundings()
    return discord.Message(state=state, channel=channel, data=data)


@cache
def _surroundings() -> tuple[Any, Any]:
    """Return what discord.py wants beside a message, made once: each takes milliseconds."""
    return MagicMock(), MagicMock(spec=discord.DMChannel)


def check(reply: Reply) -> None:
    """Look at a reply as Discord does, and for markup that neither we nor the owner wrote."""
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
    assert all(parse_ticket(id_) for id_ in ids)
    assert all(0 < units(button.label) <= documented.LABEL for button in reply.buttons)
    for row in range(documented.ROWS):
        assert sum(button.row == row for button in reply.buttons) <= documented.ROW
    raw = json.dumps({**payload(reply), "components": []}, ensure_ascii=False)  # those are not shown
    raw = raw.replace(CONTACT, "")
    for mention in ("@everyone", "@here", "<@", "<#", "</", "<:", "\u202e"):
        assert mention not in raw
    for text in (reply.content, reply.embed and reply.embed.title, reply.embed and reply.embed.description):
        for top in markdown((text or "").replace(CONTACT, "")):
            for node in top.walk():
                assert node.kind in ("text", "strong", "quote", "small", "link", "code")
                assert node.kind != "link" or web_address(node.target) == node.target
