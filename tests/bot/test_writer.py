"""The writer of a configuration: what it needs, what it shows the model, and what it says of a failure."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.writer import Writer, explained_failure, numbered_as_shown
from index.errors import ConfigurationError, ModelDamagedError, Reason
from index.writer_section import WriterSection
from index.writing.written_answer import WrittenAnswer, WrittenSentence
from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.fake_language_models.replies import endless, say
from tests.support.language_models import config_of
from tests.support.written_answers import BRIDGE, citation, cited_answer


def test_without_a_model_there_is_no_writer(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    with pytest.raises(ConfigurationError, match=r"config\.toml: writer\.llm: no language model") as caught:
        Writer(BotConfig.read(tmp_path / "config.toml"))
    assert caught.value.reason is Reason.LANGUAGE_MODEL_NOT_CONFIGURED


def test_it_writes_about_an_answer_and_keeps_to_the_configured_limits(
    language_models: FakeLanguageModels,
) -> None:
    language_models.reply = "The bridge is 900 m long [1]. It is red [1]. Wardens collect a toll [4]."
    writer = Writer(config_of(language_models, sentences=2, tokens=99), {})
    assert writer.model == "llama3.2"
    *sentences, whole = writer.write(cited_answer())
    assert all(isinstance(sentence, WrittenSentence) for sentence in sentences)
    assert isinstance(whole, WrittenAnswer)
    assert whole.text == "The bridge is 900 m long.[1] It is red.[1]"
    assert explained_failure(whole) == ""
    (body,) = language_models.requests
    assert body["options"]["num_predict"] == 99
    assert "at most 2 short sentences" in body["messages"][0]["content"]
    assert writer.write_whole(cited_answer()) == whole
    assert writer.language_model().name == "llama3.2"


def test_the_key_comes_from_the_environment() -> None:
    with FakeLanguageModels("llama3.2", key="sesame", reply="It is red [1].") as server:
        assert (
            Writer(config_of(server), {"FOOTNOTE_WRITER_KEY": " sesame\n"}).write_whole(cited_answer()).text
        )
        refused = Writer(config_of(server), {}).write_whole(cited_answer())
    assert refused.failure is Reason.LANGUAGE_MODEL_KEY_REFUSED
    assert "FOOTNOTE_WRITER_KEY" in explained_failure(refused)


def test_the_model_sees_what_people_see_with_their_numbers(language_models: FakeLanguageModels) -> None:
    language_models.reply = "The bridge is 900 m long [1]. A toll of £3.2m a year is collected [3]."
    answer = cited_answer()
    unlikely = replace(citation(2, BRIDGE[1]), score=0.01)
    answer = replace(answer, citations=(answer.citations[0], unlikely, citation(3, BRIDGE[3])))
    writer = Writer(config_of(language_models), {})
    assert writer.write_whole(answer).text.endswith("is collected.[3]")  # numbers as programs see them
    language_models.reply = "A toll of £3.2m a year is collected [2]."
    assert writer.write_whole(numbered_as_shown(answer)).text.endswith("is collected.[2]")
    for body in language_models.requests:
        assert "3 May 1974" not in body["messages"][1]["content"]
    writer.write_whole(replace(answer, question="tol?", read_as="toll?"))
    assert "toll?" in language_models.requests[-1]["messages"][1]["content"]


def test_what_is_not_answered_loads_nothing(language_models: FakeLanguageModels) -> None:
    def never() -> None:
        raise AssertionError("loaded")

    written = Writer(config_of(language_models), {}, never).write_whole(cited_answer(answerable=False))
    assert (written.text, written.failure, language_models.requests) == ("", None, [])


def test_a_damaged_support_model_lets_nothing_through_and_is_looked_at_once(
    language_models: FakeLanguageModels,
) -> None:
    tries = []

    def damaged() -> None:
        tries.append(1)
        raise ModelDamagedError("support.onnx: damaged", reason=Reason.SHIPPED_SUPPORT_DAMAGED)

    writer = Writer(config_of(language_models), {}, damaged)
    for _ in range(2):
        written = writer.write_whole(cited_answer())
        assert written.failed
        assert "Reinstall footnote-bot." in explained_failure(written)
    assert (len(tries), language_models.requests) == (1, [])


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (Reply(status=401), Reason.LANGUAGE_MODEL_KEY_REFUSED, "Set FOOTNOTE_WRITER_KEY to a key of this"),
        (Reply(status=404), Reason.LANGUAGE_MODEL_MISSING, "has no model llama3.2"),
        (Reply(status=429), Reason.LANGUAGE_MODEL_BUSY, "Ask again in a minute."),
        (Reply(status=500), Reason.LANGUAGE_MODEL_FAILED, "reports an error (HTTP status 500)."),
        (say("It is", Ending.CUT), Reason.LANGUAGE_MODEL_CUT_OFF, "broke off."),
        (say(""), Reason.LANGUAGE_MODEL_EMPTY, "wrote nothing. Name another model as `[writer] llm`."),
        (endless("and so on "), Reason.LANGUAGE_MODEL_ENDLESS, "wrote no whole sentence. Raise `[writer]"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_failure_is_one_line_with_what_helps(
    language_models: FakeLanguageModels, reply: Reply, reason: Reason, words: str
) -> None:
    language_models.order(reply)
    written = Writer(config_of(language_models), {}).write_whole(cited_answer())
    assert (written.failure, written.failed) == (reason, True)
    line = explained_failure(written)
    assert words in line
    assert "\n" not in line
    assert "ordered" not in line  # what the server says stays where it is


def test_a_time_out_is_one_line_too(language_models: FakeLanguageModels) -> None:
    language_models.order(say("It is", Ending.HELD))
    written = Writer(config_of(language_models, timeout=1), {}).write_whole(cited_answer())
    assert written.failure is Reason.LANGUAGE_MODEL_LATE
    assert "Raise `[writer] timeout`" in explained_failure(written)


def test_no_server_and_no_such_model_are_told_apart() -> None:
    with FakeLanguageModels("llama3.2") as server:
        missing = Writer(config_of(server, "gemma3"), {}).write_whole(cited_answer())
        config = config_of(server)
    assert explained_failure(missing).endswith("Run `ollama pull gemma3`.")
    gone = Writer(config, {}).write_whole(cited_answer())
    assert "cannot be reached. Start it, or check `[writer] base_url`." in explained_failure(gone)


def test_a_key_that_would_go_unencrypted_is_a_failure_and_nothing_is_sent() -> None:
    section = WriterSection(llm="ollama/m", base_url="http://gpu.intranet:11434")
    config = BotConfig().model_copy(update={"writer": section})
    written = Writer(config, {"FOOTNOTE_WRITER_KEY": "sesame"}).write_whole(cited_answer())
    assert written.failed
    assert "unencrypted" in explained_failure(written)
    assert "sesame" not in explained_failure(written)
