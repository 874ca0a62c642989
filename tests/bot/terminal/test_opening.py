import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index.building import update
from index.storage import generations
from tests.support.homes import Home
from tests.support.pseudo_terminal import PseudoTerminal

pytestmark = pytest.mark.slow

COLD = "At what temperature is the centre of the cluster kept?"
WAX = "# Candles\n\nCandles are made of beeswax by the candlemaker Ilse Weber.\n"


def newest(home: Home) -> str:
    return (home.index / "current").read_text()


def test_the_first_question_says_once_that_the_index_is_built(home: Home) -> None:
    (home.index / "current").unlink()
    first = home.footnote("ask", COLD)
    assert first.code == 0
    assert first.err.count("Building the index") == 1
    assert "2 added" in first.err
    assert "35 degrees Celsius" in first.out
    second = home.footnote("ask", COLD)
    assert (second.out, second.err) == (first.out, "")


def test_quiet_says_errors_only(home: Home) -> None:
    (home.index / "current").unlink()
    run = home.footnote("-q", "ask", "--json", COLD)
    assert (run.code, run.err) == (0, "")
    assert run.json["answerable"]
    assert home.footnote("-q", "show", "x").err.startswith("error: ")


def test_a_changed_corpus_is_followed(home: Home) -> None:
    question = "Who made the candles of beeswax?"
    (home.corpus / "candles.md").write_text(WAX)
    added = home.footnote("ask", "--json", question)
    assert added.json["citations"][0]["article"]["id"] == "candles"
    assert "1 added, 0 updated, 0 removed, 2 unchanged" in added.err
    (home.corpus / "candles.md").unlink()
    removed = home.footnote("ask", "--json", question)
    assert "candles" not in {citation["article"]["id"] for citation in removed.json["citations"]}
    assert "1 removed" in removed.err


def test_while_another_process_writes_the_last_index_answers(home: Home) -> None:
    (home.corpus / "candles.md").write_text(WAX)
    with generations.writers_lock(home.index, 0):
        run = home.footnote("ask", "--json", COLD)
    assert run.code == 0
    assert run.json["answerable"]
    assert "warning: " in run.err
    assert "Answering from the last index." in run.err


def test_with_no_index_yet_the_other_process_is_waited_for(home: Home) -> None:
    (home.index / "current").unlink()
    held, release = threading.Event(), threading.Event()

    def other() -> None:
        with generations.writers_lock(home.index, 0):
            held.set()
            release.wait(30)

    writer = threading.Thread(target=other)
    writer.start()
    held.wait(30)
    threading.Timer(0.5, release.set).start()
    run = home.footnote("ask", "--json", COLD)
    writer.join()
    assert run.code == 0
    assert "Waiting …" in run.err


def test_where_the_index_cannot_be_written_the_last_one_answers(home: Home) -> None:
    (home.corpus / "candles.md").write_text(WAX)
    (home.index / "lock").unlink(missing_ok=True)
    (home.index / "lock").mkdir()  # refused to root too
    run = home.footnote("ask", "--json", COLD)
    assert run.code == 0
    assert run.json["answerable"]
    assert "cannot be written" in run.err
    assert "Answering from the last index." in run.err
    failed = home.footnote("index")
    assert failed.code == 1
    assert failed.err.startswith("error: ")


def test_a_damaged_index_is_named_and_rebuilt(home: Home) -> None:
    catalog = home.generation / "articles.sqlite"
    damaged = bytearray(catalog.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    catalog.unlink()
    catalog.write_bytes(damaged)
    run = home.footnote("ask", "--json", COLD)
    assert run.code == 0
    assert run.json["answerable"]
    assert "Rebuilding the index" in run.err
    assert home.footnote("ask", COLD).err == ""


def test_a_missing_model_is_an_error_and_no_answer_from_the_earlier_one(home: Home) -> None:
    home.config.unlink()
    home.config.write_text("[model]\nencoder = 'nobody/no-such-model'\n")
    run = home.footnote("ask", COLD)
    assert (run.code, run.out) == (78, "")
    assert "nobody/no-such-model" in run.err
    assert "doctor --fetch" in run.err


def test_a_named_reader_is_exported_by_the_next_question(home: Home, tiny_reader_folder: Path) -> None:
    home.config.unlink()
    home.config.write_text(f"[answer]\nreader = '{tiny_reader_folder}'\nthreshold = 0\n")
    run = home.footnote("ask", "--json", COLD)
    assert run.code == 0
    assert run.json["citations"]
    assert run.err.count("Updating the index") == 1
    assert "2 unchanged" in run.err
    again = home.footnote("ask", "--json", COLD)
    assert again.err == ""
    assert again.json["citations"] == run.json["citations"]
    assert home.footnote("index", "--json").json["embedded"] == 0


def test_a_missing_reader_is_an_error_and_no_answer_without_it(home: Home) -> None:
    home.config.unlink()
    home.config.write_text("[answer]\nreader = 'nobody/no-such-reader'\n")
    run = home.footnote("ask", COLD)
    assert (run.code, run.out) == (78, "")
    assert "nobody/no-such-reader" in run.err
    home.config.write_text("[answer]\nreader = 'none'\n")
    assert home.footnote("ask", COLD).err == ""


def test_index_reports_and_names_what_it_skips(home: Home) -> None:
    assert home.footnote("index").out == "0 added, 0 updated, 0 removed, 2 unchanged\n"
    (home.corpus / "candles.md").write_text(WAX)
    (home.corpus / "evil\x1b[2J.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    (home.corpus / "boat.md").write_text("T h e b o a t l e a v e s a t n o o n.")
    run = home.footnote("index")
    assert run.code == 1
    assert run.out == "2 added, 0 updated, 0 removed, 2 unchanged, 1 skipped\n"
    assert "warning: skipped evil\\x1b[2J.txt: " in run.err
    assert "warning: poor text in boat.md: its words are cut by spaces. " in run.err
    again = home.footnote("index", "--json")
    assert again.code == 1
    assert again.json["added"] == []
    assert [skipped["file"] for skipped in again.json["skipped"]] == ["evil\x1b[2J.txt"]
    assert again.json["poor"] == [{"file": "boat.md", "reason": "its words are cut by spaces"}]
    assert home.footnote("ask", COLD).code == 0


def test_the_list_of_articles_names_what_is_left_out_and_what_to_do(home: Home) -> None:
    (home.corpus / "away.md").symlink_to("/etc/hostname")
    for _ in range(2):  # with an update and without
        run = home.footnote("articles")
        assert run.code == 0
        warnings = [line for line in run.err.splitlines() if line.startswith("warning: ")]
        reason = "is a link that leaves the corpus folder. Copy the file into the folder."
        assert warnings == [f"warning: skipped away.md: {reason}"]
    assert len(home.footnote("articles", "--json").json) == 2


def test_a_rebuild_reads_and_embeds_everything(home: Home) -> None:
    before = newest(home)
    run = home.footnote("index", "--rebuild", "--json")
    assert run.code == 0
    assert len(run.json["unchanged"]) == 2
    assert run.json["embedded"] > 15
    assert run.json["rebuilt"] == "a rebuild was asked for"
    assert newest(home) != before
    assert home.footnote("ask", COLD).code == 0


def test_files_of_unsupported_types_alone_are_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.corpus.mkdir()
    for name in ("a.xlsx", "b.xlsx", "c.png"):
        (home.corpus / name).touch()
    home.config.touch()
    run = home.footnote("index")
    assert run.code == 78
    assert "only files of unsupported types: 2 .xlsx, 1 .png" in run.err


def test_a_rename_is_reported(home: Home) -> None:
    (home.corpus / "notes" / "bees.md").rename(home.corpus / "bees.md")
    run = home.footnote("index", "--json")
    assert run.json["renamed"] == [{"from": "notes/bees", "to": "bees"}]
    assert run.json["embedded"] == 0


def test_progress_is_bars_on_a_terminal_and_nothing_elsewhere(
    home: Home, open_terminal: Callable[[int], PseudoTerminal]
) -> None:
    (home.corpus / "candles.md").write_text(WAX)
    assert home.footnote("index").err == ""
    (home.corpus / "candles.md").unlink()
    terminal = open_terminal(80)
    environment = os.environ | {"TERM": "xterm-256color"}
    process = home.start("index", stdout=subprocess.PIPE, stderr=terminal.device, env=environment)
    out, _ = process.communicate(timeout=60)
    assert out == b"0 added, 0 updated, 1 removed, 2 unchanged\n"
    assert "━" in terminal.shown()


def test_an_interrupted_update_leaves_the_last_index(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = newest(home)
    (home.corpus / "candles.md").write_text(WAX)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(update, "make_passages", interrupted)
        assert home.footnote("index").code == 130
    assert newest(home) == before
    assert home.footnote("index").out == "1 added, 0 updated, 0 removed, 2 unchanged\n"


def test_paths_of_an_empty_home_stay_untouched(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.touch()
    run = home.footnote("ask", "why")
    assert list(tmp_path.iterdir()) == [home.config]
    assert "Building" not in run.err


@pytest.mark.parametrize("command", [["index"], ["ask", COLD]])
def test_no_index_is_written_among_the_articles(tmp_path: Path, command: list[str]) -> None:
    home = Home(tmp_path)
    home.corpus.mkdir()
    (home.corpus / "candles.md").write_text(WAX)
    home.config.write_text("[index]\ndirectory = 'corpus'\n")
    run = home.footnote(*command)
    assert (run.code, run.out) == (78, "")
    assert run.err.startswith(f"error: {home.config}: index.directory: ")
    assert [path.name for path in home.corpus.iterdir()] == ["candles.md"]
    checks = {check["check"]: check["status"] for check in home.footnote("doctor", "--json").json}
    assert checks["index folder"] == "fail"


def test_without_any_readable_article_the_last_index_does_not_answer(home: Home) -> None:
    for file in home.corpus.rglob("*.*"):
        file.unlink()
    (home.corpus / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    run = home.footnote("ask", COLD)
    assert (run.code, run.out) == (78, "")
    assert "no file in " in run.err
    (home.corpus / "image.txt").unlink()
    assert home.footnote("ask", COLD).code == 78


def test_index_says_what_it_leaves_out(home: Home) -> None:
    for name in ("a.xlsx", "b.XLSX", "notes/c.png", "Makefile", ".hidden.xlsx"):
        (home.corpus / name).write_bytes(b"x")
    run = home.footnote("index")
    assert run.code == 0
    assert "ignored (unsupported type): 2 .xlsx, 1 " in run.err
    assert "1 .png" in run.err
    assert "1 without extension" in run.err
    assert "left out" not in home.footnote("-q", "index").err


def test_broken_front_matter_is_named_with_its_line(home: Home) -> None:
    (home.corpus / "tide.md").write_text("---\ntitle: Tides: a guide\n---\n\nThe tide turns at six.\n")
    warning = "poor text in tide.md: its front matter is not valid YAML (line 2). It was read line by line"
    assert warning in home.footnote("index").err
