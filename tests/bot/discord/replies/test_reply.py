"""Every kind of reply as it is sent, and the lines in the bot's own words."""

import json

import pytest

from bot.discord.replies.reply import (
    Reply,
    article_gone_reply,
    busy_reply,
    cooldown_reply,
    late_reply,
    notice,
    unknown_button_reply,
    verdict_reply,
)
from tests.preview.golden import FOLDER, GOLDEN, payload
from tests.support.replies import check


@pytest.mark.slow
@pytest.mark.parametrize("name", GOLDEN)
def test_replies_are_the_golden_payloads(name: str) -> None:
    reply = GOLDEN[name]()
    check(reply)
    golden = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert payload(reply) == golden, "look at it, then run `python -m tests.preview`"


def test_every_golden_payload_is_made_by_a_reply() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(GOLDEN)


def test_lines_in_the_bots_own_words_fit_and_say_when_to_come_back() -> None:
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
