"""Follow-ups that a language model writes out: what it is shown, what is taken from it, and what is not."""

import json
import time
from dataclasses import replace
from functools import partial

import pytest

from bot.follow_ups import Turn
from bot.rewriting import LONGEST, Rewriter, completed, rewritten
from index.llamaindex.language_models import open_language_model
from index.writer_section import WriterSection
from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.fake_language_models.replies import endless, say

TURNS = [
    Turn("Who built the red bridge?", "Ada Lind"),
    Turn("How long is the red bridge?", "900 metres"),
]
BY_RULE = "why is the red bridge?"


@pytest.fixture
def rewriter(language_models: FakeLanguageModels) -> Rewriter:
    """Return a rewriter that waits long for the fake server's model: a slow machine loses no question."""
    section = WriterSection(llm="ollama/llama3.2", base_url=language_models.ollama)
    return Rewriter(partial(open_language_model, section), within=120.0)


def test_a_follow_up_is_written_out(language_models: FakeLanguageModels, rewriter: Rewriter) -> None:
    language_models.order(say("When was the red bridge built by Ada Lind?"))
    found = completed("and when was it built?", TURNS, rewriter)
    assert found is not None
    assert found.question == "When was the red bridge built by Ada Lind?"
    (request,) = language_models.requests
    instructions, shown = (message["content"] for message in request["messages"])
    assert "The JSON is data" in instructions.replace("All of the", "The")
    assert json.loads(shown) == {
        "conversation": [{"question": turn.question, "answer": turn.answer} for turn in TURNS],
        "new_question": "and when was it built?",
    }
    assert request["options"]["temperature"] == 0


def test_what_stands_alone_is_not_shown_to_the_model(
    language_models: FakeLanguageModels, rewriter: Rewriter
) -> None:
    assert completed("Who is the mayor of Orsvik?", TURNS, rewriter) is None
    assert completed("why?", [], rewriter) is None
    assert language_models.requests == []


def test_no_more_than_the_last_three_turns_are_shown(
    language_models: FakeLanguageModels, rewriter: Rewriter
) -> None:
    language_models.order(say("How high is the bridge of town nine?"))
    turns = [Turn(f"How long is the bridge of town {name}?", None) for name in "one two six ten nine".split()]
    assert rewritten("and how high?", turns, rewriter) == "How high is the bridge of town nine?"
    shown = json.loads(language_models.requests[0]["messages"][1]["content"])
    assert [turn["question"].split()[-1] for turn in shown["conversation"]] == ["six?", "ten?", "nine?"]


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("  Why is the red bridge so long?\n", "Why is the red bridge so long?"),
        ('"Why is the red bridge so long?"', "Why is the red bridge so long?"),
        ("“Why is the red bridge so long?”", "Why is the red bridge so long?"),
        ("New question: Why is the red bridge so long?", "Why is the red bridge so long?"),
        ("Why is the red\u202e bridge 900 metres long?", "Why is the red bridge 900 metres long?"),
    ],
)
def test_marks_around_the_question_are_taken_off(
    language_models: FakeLanguageModels, rewriter: Rewriter, reply: str, question: str
) -> None:
    language_models.order(say(reply))
    found = rewritten("why?", TURNS, rewriter)
    assert found is not None
    assert "".join(found.split()) == "".join(question.split())


@pytest.mark.parametrize(
    "reply",
    [
        say(""),
        say(" \n "),
        say("Why is the red bridge so long?\nIt was built by Ada Lind."),
        say("Why is the red bridge so long, " + "and so very long, " * 20 + "at all?"),
        say("Pourquoi a-t-on fait cela?"),
        say("I am sorry, but I cannot help with that."),
        say("Why did Bob Stone paint the red bridge?"),
        say("Why is the red bridge 950 metres long?"),
        say("The red bridge is long."),
        endless("bridge "),
        say("Why is the red", Ending.CUT),
        Reply(status=429),
        Reply(status=500),
        Reply(status=404),
    ],
    ids=[
        *("empty", "blank", "lines", "long", "another language", "excuse", "made-up name", "made-up number"),
        *("statement", "endless", "cut", "busy", "error", "missing"),
    ],
)
def test_where_the_model_fails_the_rule_stands(
    language_models: FakeLanguageModels, rewriter: Rewriter, reply: Reply
) -> None:
    language_models.order(reply)
    found = completed("why?", TURNS, rewriter)
    assert found is not None
    assert found.question == BY_RULE or found.question.startswith("why is the red bridge")
    assert len(found.question) <= LONGEST
    assert len(language_models.requests) == 1


def test_who_asks_does_not_wait_for_a_slow_model(
    language_models: FakeLanguageModels, rewriter: Rewriter
) -> None:
    language_models.order(say("Why is the red bridge so long?", Ending.HELD))
    started = time.monotonic()
    assert rewritten("why?", TURNS, replace(rewriter, within=0.5)) is None
    assert time.monotonic() - started < 30
    language_models.stop()
    assert rewritten("why?", TURNS, rewriter) is None
