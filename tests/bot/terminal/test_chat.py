import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input

from bot.config import BotConfig
from bot.terminal.chat import Chat, completions, typed_lines
from index.building import staleness
from index.building.staleness import Comparison
from index.library import Library
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
def test_piped_questions_are_answered_in_turn(built_home: Home) -> None:
    run = built_home.footnote(
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
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "error: no question has been asked yet\n")


@pytest.mark.slow
def test_more_says_when_there_is_no_more(built_home: Home) -> None:
    run = built_home.footnote("chat", "--article", "notes/bees", "--top-k", "50", stdin="bees?\nmore\n")
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
    assert "/article ID" in run.err
    assert "empty" in run.err


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
            terminal.wait_for("characters ")
            terminal.wait_for("\x1b[?2004h", times=2)  # and there again: what is typed before is lost
            terminal.type("\x04")
            assert process.wait(60) == 0
        finally:
            process.kill()
    screen = terminal.shown()
    assert "/help lists the commands" in screen
    assert "the Pentagon" in screen.split(STRIKE)[-1]
