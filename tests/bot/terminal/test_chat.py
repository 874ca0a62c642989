import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input

from bot.config import BotConfig
from bot.terminal.chat import Chat, completions, history_file, typed_lines
from bot.writer import Writer
from index.building import staleness
from index.building.staleness import Comparison
from index.library import Library
from tests.fake_language_models import FakeLanguageModels
from tests.support.homes import Home
from tests.support.pseudo_terminal import PseudoTerminal

STRIKE = "Who confirmed that the coalition struck pro-government forces?"


@contextmanager
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as keys, create_app_session(input=keys):
        yield keys


@pytest.fixture(scope="module")
def chat(built_home: Home) -> Chat:
    config = BotConfig.read(built_home.config)
    return Chat(config, Library.open(config), as_objects=False)


@pytest.mark.slow
def test_piped_questions_are_answered_in_turn(either_home: Home) -> None:
    run = either_home.footnote(
        "chat", "--json", "--top-k", "2", stdin=f"{STRIKE}\n\nHow warm is the cluster?\n"
    )
    assert run.code == 0, run.err
    first, second = map(json.loads, run.out.splitlines())
    assert (first["question"], second["question"]) == (STRIKE, "How warm is the cluster?")
    assert len(first["citations"]) == len(second["citations"]) == 2
    assert second["citations"][0]["article"]["id"] == "notes/bees"
    assert run.err == ""


@pytest.mark.slow
def test_more_goes_on_where_the_last_answer_ended(built_home: Home) -> None:
    run = built_home.footnote("chat", "--top-k", "1", stdin=f"{STRIKE}\nmore\nmore\n")
    leads = [text[:3] for text in run.out.splitlines() if text.startswith("[")]
    assert leads == ["[1]", "[2]", "[3]"]
    nothing = built_home.footnote("chat", stdin="more\n")
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err.startswith("error: no question has been asked yet\n")


@pytest.mark.slow
def test_more_leaves_nothing_out_that_was_not_shown(either_home: Home) -> None:
    lines = ["How warm is the cluster?", *["more"] * 9]
    run = either_home.footnote("chat", "--article", "notes/bees", stdin="\n".join(lines))
    sentences = either_home.footnote("show", "--json", "notes/bees").json["sentences"]
    leads = [text[:3] for text in run.out.splitlines() if text.startswith("[")]
    assert leads == [f"[{number}]" for number in range(1, len(sentences) + 1)]


@pytest.mark.slow
def test_more_says_when_there_is_no_more(built_home: Home) -> None:
    run = built_home.footnote("chat", "--article", "notes/bees", "--top-k", "50", stdin="bees?\nmore\nmore\n")
    assert run.err.endswith("There are no further sentences.\n")


@pytest.mark.slow
def test_article_narrows_until_it_is_lifted(built_home: Home) -> None:
    lines = ["/article notes/bees", STRIKE, "/article", STRIKE, "/article nowhere", STRIKE]
    run = built_home.footnote("chat", "--json", stdin="\n".join(lines))
    narrowed, lifted, after = map(json.loads, run.out.splitlines())
    assert {citation["article"]["id"] for citation in narrowed["citations"]} == {"notes/bees"}
    assert lifted["citations"][0]["article"]["id"] == "coalition-strikes-near-al-tanf"
    assert lifted["citations"] == after["citations"]
    assert "nowhere" in run.err


@pytest.mark.slow
def test_a_question_does_not_go_on_from_an_answer_of_another_article(built_home: Home) -> None:
    lines = [STRIKE, "/article notes/bees", "How warm is its centre?", "/article notes/bees", "and why?"]
    run = built_home.footnote("chat", "--json", stdin="\n".join(lines))
    _, first, second = map(json.loads, run.out.splitlines())
    assert first["question"] == "How warm is its centre?"
    assert second["question"] == "why is its centre (warm)?", "it goes on from an answer of the same article"


@pytest.mark.slow
def test_commands_do_as_the_commands_of_that_name(built_home: Home) -> None:
    run = built_home.footnote("chat", "--json", stdin="/articles\n/show notes/bees\n/quit\nnever asked\n")
    listed, shown = run.out.splitlines()
    assert json.loads(listed) == built_home.footnote("articles", "--json").json
    assert json.loads(shown) == built_home.footnote("show", "--json", "notes/bees").json
    plain = built_home.footnote("chat", stdin="/articles\n/article notes/bees\n/show\n")
    assert (
        plain.out
        == built_home.footnote("articles").out + "\n" + built_home.footnote("show", "notes/bees").out
    )


@pytest.mark.slow
def test_in_a_pipe_a_blank_line_stands_between_answers_only(built_home: Home) -> None:
    run = built_home.footnote("chat", stdin=f"{STRIKE}\n{STRIKE}\n")
    answer = built_home.footnote("ask", STRIKE).out
    assert run.out == f"{answer}\n{answer}"


@pytest.mark.slow
def test_a_wrong_line_ends_only_itself(built_home: Home) -> None:
    run = built_home.footnote("chat", "--json", stdin="/nonsense\n\u200b\n/help\n/show\n" + STRIKE)
    assert run.code == 0
    assert json.loads(run.out)["question"] == STRIKE
    assert "there is no command /nonsense" in run.err
    assert "/article [ID]" in run.err
    assert "empty" in run.err


@pytest.mark.slow
def test_small_talk_is_no_question(built_home: Home) -> None:
    run = built_home.footnote("chat", stdin="hello\nwhat can you do?\nThanks!\n?\n")
    assert (run.code, run.err) == (0, "")
    hello, *_ = run.out.splitlines()
    assert hello == "Hello. I answer questions from 2 articles, and show the sentences that say so."
    assert run.out.count("/article [ID]") == 2
    assert "You're welcome." in run.out
    assert "[1]" not in run.out
    objects = built_home.footnote("chat", "--json", stdin="hello\nthanks\n")
    assert (objects.out, objects.err.count("\n")) == ("", 3)


@pytest.mark.slow
@pytest.mark.parametrize("goodbye", ["exit", "QUIT", "bye!", "/quit", "/quit now", "/exit", ":q"])
def test_goodbye_leaves(built_home: Home, goodbye: str) -> None:
    run = built_home.footnote("chat", stdin=f"{goodbye}\nnever asked\n")
    assert (run.code, run.out, run.err) == (0, "", "")


@pytest.mark.slow
def test_a_question_goes_on_from_the_one_before(built_home: Home) -> None:
    lines = ["and why?", "What do honey bees form?", "How warm is its centre?", "and why?", STRIKE]
    run = built_home.footnote("chat", "--json", stdin="\n".join(lines))
    first, second, third, fourth, last = map(json.loads, run.out.splitlines())
    assert first["question"] == "and why?"
    assert second["question"] == "What do honey bees form?"
    assert third["question"].startswith("How warm is its centre (honey bees form")
    assert "35 degrees" in third["citations"][0]["sentence"]
    assert fourth["question"].startswith("why is its centre (honey bees form")
    assert last["question"] == STRIKE
    plain = built_home.footnote("chat", stdin="\n".join(lines[1:3])).out
    assert f"\n\nAsked as: {third['question']}\n" in plain
    assert plain.count("Asked as") == 1
    misspelt = STRIKE.replace("coalition", "coaliton")
    first, second = map(
        json.loads, built_home.footnote("chat", "--json", stdin=f"{misspelt}\nand why?").out.splitlines()
    )
    assert (first["question"], first["read_as"]) == (misspelt, STRIKE)
    assert "coalition" in second["question"]
    assert "read_as" not in second


@pytest.mark.slow
def test_a_language_model_puts_follow_ups_in_full_from_the_last_three_turns(
    library: Library,
    library_folder: Path,
    language_models: FakeLanguageModels,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = BotConfig.model_validate(
        {
            "base": library_folder,
            "index": {"directory": "index"},
            "writer": {"llm": "ollama/llama3.2", "base_url": language_models.ollama},
        }
    )
    first, lacking, full = (
        "How long is the red bridge?",
        "and the green one?",
        "How long is the green bridge?",
    )
    language_models.reply = lambda instructions, content: full if "new_question" in content else ""
    chat = partial(Chat, config, library, as_objects=False, rewrite_within=120.0)
    chat(writer=Writer(config)).run([first, *[lacking] * 4])
    assert capsys.readouterr().out.count(f"Asked as: {full}") == 4
    shown = [
        json.loads(request["messages"][1]["content"])
        for request in language_models.requests
        if "new_question" in request["messages"][1]["content"]
    ]
    asked = [[turn["question"] for turn in one["conversation"]] for one in shown]
    assert asked == [[first], [first, full], [first, full, full], [full, full, full]]
    language_models.reply = "Bob Stone is 14."
    chat(writer=Writer(config)).run([first, lacking])
    assert "Asked as: and the green one (red bridge)?" in capsys.readouterr().out
    asked_so_far = len(language_models.requests)
    chat().run([first, lacking])
    assert "Asked as: and the green one (red bridge)?" in capsys.readouterr().out
    assert len(language_models.requests) == asked_so_far


@pytest.mark.slow
def test_a_question_that_its_context_spoils_is_asked_as_it_is(built_home: Home) -> None:
    lines = ["What is the price of bitcoin?", "Who predicts it?"]
    run = built_home.footnote("chat", "--json", stdin="\n".join(lines))
    _, second = map(json.loads, run.out.splitlines())
    alone = built_home.footnote("ask", "--json", "Who predicts it?").json
    assert (alone["answerable"], second["answerable"]) == (True, True)
    assert second["question"] == "Who predicts it?"


@pytest.mark.slow
def test_articles_are_listed_by_words(built_home: Home) -> None:
    def listed(words: str) -> list[str]:
        run = built_home.footnote("chat", "--json", stdin=f"/articles {words}\n")
        (rows,) = map(json.loads, run.out.splitlines())
        assert run.code == 0
        return [row["id"] for row in rows]

    assert listed("BEES warm") == listed("notes/") == listed("bess") == ["notes/bees"]
    assert len(listed("")) == 2
    nothing = built_home.footnote("chat", stdin="/articles xyzzy\n")
    assert nothing.out == ""
    assert nothing.err == "error: no article's title or id is like xyzzy\n  /articles lists all.\n"


@pytest.mark.slow
def test_more_after_another_article_was_chosen_asks_there(built_home: Home) -> None:
    lines = [STRIKE, "/article notes/bees", "more", "/more", "/article", "show me more please"]
    run = built_home.footnote("chat", "--json", "--top-k", "1", stdin="\n".join(lines))
    _, narrowed, further, lifted = map(json.loads, run.out.splitlines())
    assert [answer["question"] for answer in (narrowed, further, lifted)] == [STRIKE] * 3
    assert {citation["article"]["id"] for citation in further["citations"]} == {"notes/bees"}
    assert (len(narrowed["citations"]), len(further["citations"]), len(lifted["citations"])) == (1, 2, 1)
    assert lifted["citations"][0]["article"]["id"] == "coalition-strikes-near-al-tanf"


@pytest.mark.slow
def test_errors_name_the_commands_of_the_chat(built_home: Home) -> None:
    run = built_home.footnote("chat", stdin=f"/show\n/show nowhere\n/article nowhere\n/{'x' * 500}\nmore\n")
    assert (run.code, run.out) == (0, "")
    remedies = [line.strip() for line in run.err.splitlines() if line.startswith("  ")]
    assert len(remedies) == 5
    assert all(remedy.startswith("/") or remedy.startswith("Ask one; more") for remedy in remedies)
    assert "''" not in run.err
    assert "footnote" not in run.err
    assert max(map(len, run.err.splitlines())) < 200


@pytest.mark.slow
def test_a_changed_article_is_seen_by_the_next_question(home: Home) -> None:
    config = BotConfig.read(home.config)
    chat = Chat(config, Library.open(config), as_objects=True)

    def lines() -> Iterator[str]:
        yield "How warm is the cluster?"
        (home.corpus / "notes" / "bees.md").unlink()
        yield "How warm is the cluster?"

    chat.run(lines())
    assert [info.id for info in chat.library.articles()] == ["coalition-strikes-near-al-tanf"]


def test_an_unreadable_corpus_ends_only_its_line(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error_reports = [PermissionError(13, "Permission denied", "notes"), None]

    def compare(_: BotConfig) -> Comparison:
        if failure := error_reports.pop(0):
            raise failure
        return Comparison(None)

    monkeypatch.setattr(staleness, "compare", compare)
    chat.run(["/articles", "/articles"])
    captured = capsys.readouterr()
    assert captured.err == "error: notes: Permission denied\n"
    assert captured.out.count("How bees keep warm") == 1


@pytest.mark.slow
def test_a_full_disk_ends_the_chat(built_home: Home) -> None:
    with Path("/dev/full").open("wb") as full:
        process = built_home.start("chat", stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(b"/articles\n/articles\n", timeout=60)
    assert process.returncode == 1
    assert b"No space left on device" in err


@pytest.mark.slow
def test_typed_lines_are_kept_and_ctrl_d_leaves(chat: Chat, tmp_path: Path) -> None:
    history = tmp_path / "state" / "history"
    with keyboard() as keys:
        keys.send_text("first one\rsecond\r\x04")
        assert list(typed_lines(chat, history)) == ["first one", "second"]
    assert history.stat().st_mode & 0o777 == 0o600
    assert history.parent.stat().st_mode & 0o777 == 0o700
    with keyboard() as keys:
        keys.send_text("\x1b[A\x1b[A\r\x04")  # up, up
        assert list(typed_lines(chat, history)) == ["first one"]


@pytest.mark.parametrize("kept", [True, False])
def test_the_history_is_kept_unless_the_configuration_says_no(
    chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = history_file(BotConfig.model_validate({"chat": {"history": kept}}))
    assert file == (tmp_path / "footnote" / "history" if kept else None)
    with keyboard() as keys:
        keys.send_text("asked\r\x04")
        assert list(typed_lines(chat, file)) == ["asked"]
    assert (tmp_path / "footnote").exists() is kept


def test_ctrl_c_gives_up_the_line_and_with_nothing_typed_the_chat(chat: Chat, tmp_path: Path) -> None:
    with keyboard() as keys:
        keys.send_text("half a li\x03whole\r\x03")
        lines = typed_lines(chat, tmp_path / "history")
        assert next(lines) == "whole"
        with pytest.raises(KeyboardInterrupt):
            next(lines)


def test_without_a_place_for_the_history_the_chat_goes_on(
    chat: Chat, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with keyboard() as keys:
        keys.send_text("asked\r\x04")
        assert list(typed_lines(chat, tmp_path / "file" / "history")) == ["asked"]
    assert "history cannot be stored" in caplog.text


def test_tab_completes_commands_and_ids(chat: Chat, tmp_path: Path) -> None:
    def completed(text: str) -> list[str]:
        return [completion.text for completion in completions(chat, text)]

    assert completed("/ar") == ["/article", "/articles"]
    assert completed("/show ") == ["coalition-strikes-near-al-tanf", "notes/bees"]
    assert completed("/article NOTES/b") == ["notes/bees"]
    assert completed("who ") == completed("/help x") == []
    with create_pipe_input() as keys, create_app_session(input=keys) as session:

        def press_return_once_completed() -> None:  # completion works in the background
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                if session.app is not None and session.app.current_buffer.text == "/show notes/bees":
                    break
                time.sleep(0.01)
            keys.send_text("\r\x04")

        keys.send_text("/show not\t")
        threading.Thread(target=press_return_once_completed, daemon=True).start()
        assert list(typed_lines(chat, tmp_path / "history")) == ["/show notes/bees"]


def test_the_prompt_is_no_data(chat: Chat, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with keyboard() as keys:
        keys.send_text("\x04")
        list(typed_lines(chat, tmp_path / "history"))
        sys.stdout.flush()
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_a_terminal_is_chatted_on(built_home: Home, open_terminal: Callable[[int], PseudoTerminal]) -> None:
    terminal = open_terminal(80)
    device = terminal.device
    with built_home.start("chat", stdin=device, stdout=device, stderr=device) as process:
        try:
            terminal.wait_for("\x1b[?2004h")  # the prompt is there
            terminal.type(f"{STRIKE}\r")
            terminal.wait_for("sentence 2 of ")
            terminal.wait_for("\x1b[?2004h", times=2)  # and there again: what is typed before is lost
            terminal.type("\x04")
            assert process.wait(60) == 0
        finally:
            process.kill()
    screen = terminal.shown()
    assert "/help lists the commands" in screen
    assert "Pentagon" in screen.split(STRIKE)[-1]
