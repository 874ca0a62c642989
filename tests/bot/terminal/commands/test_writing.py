"""`footnote ask --write`, `chat` and `--batch` with a language model, and without one."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.support.homes import STRIKE, Home
from tests.support.language_models import home_with_writer, writer_lines

TRUE = "The Pentagon confirmed that the coalition struck pro-government forces [1]."
FALSE = "The Kremlin denied it in 1980 [1]."
KEYS = ["question", "answerable", "maybe", "confidence", "answer", "citations", "elapsed_ms"]


@pytest.mark.slow
def test_the_answer_stands_above_what_is_written(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-plain", *writer_lines(language_models))
    language_models.reply = f"{TRUE} {FALSE}"
    plain = built_home.footnote(*option, "ask", STRIKE)
    assert language_models.paths == []  # only if it is asked for
    run = built_home.footnote(*option, "ask", "--write", STRIKE)
    assert (run.code, run.err) == (0, "llama3.2 writes …\n")
    assert run.out == plain.out + (
        "\nThe Pentagon confirmed that the coalition struck pro-government forces. [1]\n"
        "Struck: The Kremlin denied it in 1980.\n"
        "1 sentence was struck: the sources do not say so.\n"
    )


@pytest.mark.slow
def test_the_answer_does_not_wait_for_the_model(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-held", *writer_lines(language_models, "timeout = 600"))
    language_models.order(Reply(("The Pentagon",), ending=Ending.HELD))
    plain = built_home.footnote("ask", STRIKE).out
    with built_home.start("ask", *option, "--write", STRIKE, stdout=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stdout.read(len(plain.encode())).decode() == plain  # while the model is silent
        language_models.stopped.set()  # the server breaks off
        assert (run.stdout.read(), run.wait(timeout=120)) == (b"", 0)


@pytest.mark.slow
def test_json_gains_what_is_written_and_nothing_else_changes(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-json", *writer_lines(language_models))
    language_models.reply = f"{TRUE} {FALSE}"
    plain = built_home.footnote(*option, "ask", "--json", STRIKE).json
    found = built_home.footnote(*option, "ask", "--json", "--write", STRIKE).json
    assert list(plain) == KEYS
    assert list(found) == [*KEYS, "written"]
    assert all(found[key] == plain[key] for key in KEYS[:-1])
    text = TRUE.removesuffix(" [1].") + "."
    assert found["written"] == {
        "text": f"{text}[1]",
        "sentences": [
            {
                "text": text,
                "citations": [1],
                "supported": True,
                "score": found["written"]["sentences"][0]["score"],
            },
            {"text": FALSE.removesuffix(" [1].") + ".", "citations": [1], "supported": False, "score": 0.0},
        ],
        "model": "llama3.2",
        "struck": 1,
    }


@pytest.mark.slow
def test_a_failure_leaves_answer_and_exit_code_as_they_are(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-fails", *writer_lines(language_models))
    plain = built_home.footnote(*option, "ask", STRIKE)
    language_models.order(Reply(status=500), Reply(status=429))
    run = built_home.footnote(*option, "ask", "--write", STRIKE)
    assert (run.code, run.out) == (plain.code, plain.out)
    assert run.err.splitlines()[-1] == (
        f"warning: {language_models.ollama} reports an error (HTTP status 500)."
    )
    written = built_home.footnote(*option, "ask", "--json", "--write", STRIKE).json["written"]
    assert (written["text"], written["sentences"], written["struck"]) == ("", [], 0)
    assert written["error"].endswith("has too much to do at the moment (HTTP status 429)")


@pytest.mark.slow
def test_where_the_articles_do_not_say_the_model_is_not_asked(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-none", *writer_lines(language_models))
    unknown = "What is the price of bitcoin?"
    run = built_home.footnote(*option, "ask", "--write", unknown)
    assert (run.code, run.err) == (3, "")
    found = built_home.footnote(*option, "ask", "--json", "--write", unknown)
    assert found.code == 3
    assert found.json["written"] == {"text": "", "sentences": [], "model": "llama3.2", "struck": 0}
    assert language_models.paths == []


@pytest.mark.slow
def test_writing_may_be_the_default_and_be_declined(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-default", *writer_lines(language_models, "default = true"))
    language_models.reply = TRUE
    assert "written" in built_home.footnote(*option, "ask", "--json", STRIKE).json
    assert "written" not in built_home.footnote(*option, "ask", "--json", "--no-write", STRIKE).json


@pytest.mark.parametrize("arguments", [["ask", "--write", "Who?"], ["chat", "--write"]])
def test_without_a_model_it_is_an_error_that_names_key_and_file(bare: Home, arguments: list[str]) -> None:
    run = bare.footnote(*arguments)
    assert (run.code, run.out) == (78, "")
    assert run.err.startswith(f"error: {bare.config}: writer.llm: no language model is named\n")
    assert 'llm = "ollama/llama3.2"' in run.err
    assert not bare.index.exists()


@pytest.mark.slow
def test_each_line_of_a_batch_is_written(
    built_home: Home, language_models: FakeLanguageModels, tmp_path: Path
) -> None:
    option = home_with_writer(built_home, "write-batch", *writer_lines(language_models))
    language_models.reply = TRUE
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps({"id": n, "question": STRIKE}) for n in (1, 2)) + "\n{}\n")
    run = built_home.footnote(*option, "ask", "--batch", str(questions), "--write")
    first, second, bad = map(json.loads, run.out.splitlines())
    assert first["written"]["text"] == second["written"]["text"] != ""
    assert "written" not in bad
    plain = built_home.footnote(*option, "ask", "--batch", str(questions)).out.splitlines()
    assert "written" not in plain[0]


@pytest.mark.slow
def test_in_a_chat_writing_is_switched_on_and_off(
    built_home: Home, language_models: FakeLanguageModels
) -> None:
    option = home_with_writer(built_home, "write-chat", *writer_lines(language_models))
    language_models.reply = TRUE
    shown = "struck pro-government forces. [1]\n"
    run = built_home.footnote(*option, "chat", stdin=f"{STRIKE}\n/write\n{STRIKE}\n/write\n{STRIKE}\n")
    assert run.out.count(shown) == 1
    assert "llama3.2 writes below each answer; /write again ends that.\n" in run.out
    assert "Answers are no longer written.\n" in run.out
    assert built_home.footnote(*option, "chat", "--write", stdin=STRIKE).out.endswith(shown)
    objects = built_home.footnote(*option, "chat", "--write", "--json", stdin=STRIKE).json
    assert objects["written"]["text"].endswith("[1]")


@pytest.mark.slow
def test_in_a_chat_without_a_model_the_switch_says_what_is_missing(built_home: Home) -> None:
    run = built_home.footnote("chat", stdin="/write\n")
    assert run.code == 0
    assert "writer.llm: no language model is named" in run.err
