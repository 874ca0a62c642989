"""Exported chats: one message, one block, with who wrote it and when."""

import pytest

from index.articles.html_text import read_html
from tests.support.blocks import assert_sound

GROUP = """<div class=chatlog__message-group>
<div class=chatlog__message-container><div class=chatlog__message>
<div class=chatlog__message-aside><img></div>
<div class=chatlog__message-primary><div class=chatlog__reply><div class=chatlog__reply-author>Ivo</div>
<div class=chatlog__reply-content>Are there bees?</div></div>
<div class=chatlog__header><span class=chatlog__author title='ada#1'>Ada</span>
<span class=chatlog__timestamp title='Monday'><a href='#1'>4/5/2023 9:12 AM</a></span></div>
<div class='chatlog__content chatlog__markdown'><span class=chatlog__markdown-preserve>Yes.
Two <strong>hives</strong>: <a href='https://a.b/'>here</a></span>
<span class=chatlog__edited-timestamp>(edited)</span></div>
<div class=chatlog__reactions><span class=chatlog__reaction>3</span></div></div></div></div>
<div class=chatlog__message-container><div class=chatlog__message><div class=chatlog__message-aside>
<div class=chatlog__short-timestamp>9:13 AM</div></div><div class=chatlog__message-primary>
<div class='chatlog__content chatlog__markdown'>Come and see.</div></div></div></div></div>"""
OLDER = """<div class=chatlog><div class=chatlog__message-group><div class=chatlog__messages>
<span class=chatlog__author-name>Ada</span> <span class=chatlog__timestamp>4/5/2023 9:12 AM</span>
<div class=chatlog__message><div class=chatlog__content><div class=markdown>
<span class=preserve-whitespace>Yes.
Two hives: here</span></div></div></div>
<div class=chatlog__message><div class=chatlog__content>Come and see.</div></div></div></div></div>"""


@pytest.mark.parametrize(("chat", "later"), [(GROUP, "9:13 AM"), (OLDER, "4/5/2023 9:12 AM")])
def test_a_message_is_a_block(chat: str, later: str) -> None:
    page = f"<title>Bees - general</title><div class=preamble__entry>Bee club</div>{chat}"
    document = read_html(page.encode())
    assert_sound(document)
    assert document.description.title == "Bees - general"
    assert [(str(b.kind), document.text[b.start : b.end], b.lead) for b in document.blocks] == [
        ("paragraph", "Bee club", ""),
        ("message", "Yes.\nTwo hives: here", "Ada, 4/5/2023 9:12 AM"),
        ("message", "Come and see.", f"Ada, {later}"),
    ]


def test_links_in_messages() -> None:
    document = read_html(GROUP.encode())
    assert [link.address for link in document.blocks[0].links] == ["https://a.b/"]
