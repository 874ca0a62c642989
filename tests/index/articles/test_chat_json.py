"""Chats exported from Discord as JSON."""

import json
from typing import Any

import pytest

from index.articles.chat_json import read_discord_json
from index.articles.document import Document
from index.errors import UnreadableFileError
from tests.support.blocks import assert_sound, links, shown


def _read(*messages: dict[str, Any], topic: str | None = None) -> Document:
    export = {"guild": {"name": "Fern"}, "channel": {"name": "general", "topic": topic}, "messages": messages}
    document = read_discord_json(json.dumps(export).encode())
    assert_sound(document)
    return document


def test_a_json_export_of_discord() -> None:
    export = {
        "guild": {"name": "Fern"},
        "channel": {"name": "general"},
        "messages": [
            {
                "type": "Default",
                "timestamp": "2024-03-12T14:02:11.1+00:00",
                "content": "Which seed\nis it?",
                "author": {"name": "mara", "nickname": "Mara H."},
            },
            {"type": "GuildMemberJoin", "content": "Joined the server.", "author": {"name": "wren"}},
            {"type": "Reply", "content": "~~7011~~ 8812", "author": {"name": "tom"}},
        ],
    }
    content = json.dumps(export).encode()
    document = read_discord_json(content)
    assert document.description.title == "Fern › general"
    assert document.text == "Mara H.: Which seed\nis it?\n\nwren: Joined the server.\n\ntom: 8812"
    assert [(block.kind.value, block.lead) for block in document.blocks] == [
        ("question", "Mara H., 2024-03-12 14:02"),
        ("contents", "wren"),
        ("message", "Mara H.: Which seed is it? › tom"),
    ]


def test_half_an_emoji_in_a_json_export() -> None:
    said = [{"content": f"The tide turns \ud83d {n}", "author": {"name": "mara\ude00"}} for n in (1, 2, 3)]
    export = {"guild": {"name": "Fern \ud83d"}, "channel": {"name": "general"}, "messages": said}
    document = read_discord_json(json.dumps(export).encode())
    assert document.text.startswith("mara\ufffd: The tide turns \ufffd 1")
    assert document.description.title == "Fern › general"
    assert [block.lead for block in document.blocks] == ["mara\ufffd"] * 3


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"guild": 1}', b'{"guild": {"name": 1}, "channel": {}}', b"[" * 100_000]
)
def test_other_json_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="no chat export"):
        read_discord_json(content)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("the **long** ladder, __now__", "the long ladder, now"),
        ("*soon* and _late_, 5*3*2 in snake_case_name", "soon and late, 5*3*2 in snake_case_name"),
        ("||cake|| for <:bee:123> and <a:wave:45>", "cake for :bee: and :wave:"),
        ("run `a_b_c`\n```sh\nmake **all**\n```\nthen", "run a_b_c\nmake **all**\nthen"),
        ("# Rules\n> quoted\n-# small", "Rules\nquoted\nsmall"),
        ("~~7011~~ 8812", "8812"),
    ],
)
def test_a_message_is_read_as_the_chat_shows_it(said: str, text: str) -> None:
    assert _read({"content": said, "author": {"name": "mara"}}).text == f"mara: {text}"


def test_links_keep_their_addresses() -> None:
    said = "see [the **table**](https://fern.example/t) or https://fern.example/u"
    document = _read({"content": said, "author": {"name": "mara"}})
    assert document.text == "mara: see the table or https://fern.example/u"
    assert links(document) == [("the table", "https://fern.example/t")]


def test_embeds_and_the_topic_are_read() -> None:
    embed = {
        "title": "Weights",
        "description": "Hive 3 gained **4.2 kg**.",
        "fields": [{"name": "Hive 9", "value": "lost 0.6 kg"}],
        "footer": {"text": "Next on Sunday"},
    }
    bot = {"name": "scales", "nickname": None}
    document = _read(
        {"type": "Default", "content": "", "author": bot, "embeds": [embed]},
        {"type": "20", "content": "See above.", "author": bot, "embeds": [{"title": "More"}, "odd"]},
        {"type": "Default", "content": "", "author": bot, "embeds": []},
        topic="Swarms, and **who** goes",
    )
    assert shown(document) == [
        ("paragraph", "Swarms, and who goes"),
        ("message", "scales: Weights\nHive 3 gained 4.2 kg.\nHive 9: lost 0.6 kg\nNext on Sunday"),
        ("message", "scales: See above."),
        ("message", "More"),
        ("contents", "scales:"),
    ]
