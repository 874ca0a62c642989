"""Which lines are small talk, and which are questions about the articles."""

import pytest

from bot.small_talk import SmallTalk, recognise
from tests.support.tables import each_row


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            SmallTalk.GREETING,
            [
                "hello",
                "Hi!",
                "hey there",
                "Good morning, everyone :)",
                "morning all",
                "hi, how are you?",
                "how r u",
            ],
        ),
        (
            SmallTalk.THANKS,
            [
                "thanks",
                "Thank you so much!!",
                "ok thx",
                "great, thanks",
                "cool \U0001f44d",
                "ok",
                "that’s all",
            ],
        ),
        (SmallTalk.GOODBYE, ["bye", "exit", "QUIT", "Good night!", "ok bye", ":q", "see you later"]),
        (
            SmallTalk.HELP,
            [
                "help",
                "Help!",
                "please help me",
                "What's your name?",
                "who built you?",
                "?",
                "what can you do?",
                "What can I ask you?",
                "who are you",
                "How does this work?",
                "are you a bot?",
                "hi, what can you do?",
            ],
        ),
    ],
)
def test_small_talk_is_recognised(kind: SmallTalk, lines: list[str]) -> None:
    assert {line: recognise(line) for line in lines} == dict.fromkeys(lines, kind)


@each_row(
    "line",
    [
        "Hello, when does the market open?",
        "Who says hello to the king?",
        "What can the mayor do?",
        "How does the ferry work?",
        "Where is the emergency exit?",
        "exit code 78",
        "help with the booking",
        "please help with the booking",
        "Well testing",
        "Evening",
        "GM",
        "tests",
        "what is your name policy?",
        "thanks to whom was the bridge built?",
        "Good Morning Vietnam",
        "who is the mayor?",
        "what is this week's topic?",
        "why?",
        "and in winter?",
        "ok " * 10_000,
        "",
        "...",
        "\U0001f41d",
    ],
)
def test_anything_else_may_be_a_question(line: str) -> None:
    assert recognise(line) is None
