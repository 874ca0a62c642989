"""`footnote` with the library in a database: all commands, `store copy` both ways, a line for each fault."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.homes import CommandResult, Home
from tests.support.postgres_server import OWNER, PASSWORD, Server
from tests.support.small_library import ARTICLES, make_config, provide_encoder, write_corpus

QUESTION = "How many people live in Raqqa?"


def footnote(home: Path, *arguments: str, **environment: str) -> CommandResult:
    """Run a command in this process."""
    run = Home(home).footnote(*arguments, **environment)
    return checked(run, *arguments)


def footnote_alone(home: Path, *arguments: str, **environment: str) -> CommandResult:
    """Run a command as people do, in a process of its own."""
    command = [sys.executable, "-m", "bot", "--config", str(home / "config.toml"), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    return checked(CommandResult(done.returncode, done.stdout, done.stderr), *arguments)


def checked(run: CommandResult, *arguments: str) -> CommandResult:
    """Check that what a command said holds no password and no traceback; return it."""
    for shown in (run.out, run.err):
        assert PASSWORD not in shown
        assert "Traceback" not in shown or "-vv" in arguments
    return run


@pytest.fixture
def home(tmp_path: Path, encoder_folder: Path) -> Path:
    """A folder with articles, and the exported encoder."""
    config = make_config(tmp_path)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    return tmp_path


def configure(home: Path, store: str) -> None:
    text = f'[corpus]\ndirectory = "corpus"\n[index]\ndirectory = "index"\n{store}'
    (home / "config.toml").write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_all_commands_work_with_a_database(home: Path, database_url: str) -> None:
    configure(home, f'[store]\nurl = "{database_url}"\n')
    asked = footnote_alone(home, "ask", "--json", QUESTION)
    assert asked.code == 0, asked.err
    assert asked.json["answer"] == "About 90,000"
    assert footnote(home, "index", "--json").json["unchanged"] == [
        "cats",
        "news/weather",
        "raqqa",
    ]
    assert [row["id"] for row in footnote(home, "articles", "--json").json] == [
        "cats",
        "news/weather",
        "raqqa",
    ]
    assert footnote(home, "show", "cats", "--json").json["title"] == "Cats"
    checks = footnote(home, "doctor", "--json").json
    by_name = {check["check"]: check["status"] for check in checks}
    assert {by_name[name] for name in ("database", "pgvector", "rights", "schema", "search indexes")} == {
        "ok"
    }
    assert by_name["index"] == by_name["up to date"] == "ok"


@pytest.mark.slow
def test_a_library_is_copied_there_and_back(home: Path, database_url: str) -> None:
    configure(home, "")
    assert footnote(home, "index").code == 0
    there = footnote(home, "store", "copy", str(home / "index"), database_url)
    assert there.code == 0, there.err
    assert there.out == "copied, and the same: 3 articles, 10 sentences\n"
    again = footnote(home, "store", "copy", str(home / "index"), database_url)
    assert again.code == 78
    assert "there is a library already" in again.err
    back = footnote(home, "store", "copy", "--json", database_url, str(home / "back"))
    assert back.code == 0, back.err
    assert back.json["same"] is True
    before = footnote(home, "ask", "--json", QUESTION).json
    shutil.rmtree(home / "index")
    (home / "back").rename(home / "index")
    after = footnote(home, "ask", "--json", QUESTION).json
    assert {**after, "elapsed_ms": 0} == {**before, "elapsed_ms": 0}
    assert footnote(home, "index", "--json").json["embedded"] == 0


def test_a_wrong_place_to_copy_is_said_with_what_helps(home: Path) -> None:
    configure(home, "")
    nowhere = footnote(home, "store", "copy", str(home / "nowhere"), str(home / "back"))
    assert nowhere.code == 1
    assert "there is no index in" in nowhere.err
    assert "footnote index" not in nowhere.err, "it builds the configured index, not that of the folder"
    assert footnote(home, "index").code == 0
    (home / "full").mkdir()
    (home / "full" / "letter.txt").write_text("Dear Ann", encoding="utf-8")
    full = footnote(home, "store", "copy", str(home / "index"), str(home / "full"))
    assert full.code == 78
    assert full.err.endswith("  Name an empty folder or database.\n")


def test_faults_are_one_line_each(home: Path, postgres_server: Server) -> None:
    refused = f"postgresql://{OWNER}@127.0.0.1:1/library"
    nowhere = postgres_server.address("nowhere")
    without_vectors = postgres_server.database(vector=False)
    for run, url, code, said in (
        (footnote_alone, refused, 1, "error: the database cannot be reached: "),
        (footnote, nowhere, 78, "error: the database refused the connection: "),
        (footnote, without_vectors, 78, "error: the database lacks the extension pgvector"),
    ):
        configure(home, f'[store]\nurl = "{url}"\nwait = 0.1\n')
        result = run(home, "ask", QUESTION, PGPASSWORD=PASSWORD)
        assert (result.code, result.out) == (code, "")
        assert said in result.err


def test_a_password_stays_in_its_file(home: Path) -> None:
    configure(home, f'[store]\nurl = "postgresql://ann:{PASSWORD}@127.0.0.1:1/library"\n')
    in_config = footnote(home, "ask", QUESTION)
    assert in_config.code == 78
    assert "store.url: expected no password" in in_config.err
    configure(home, '[store]\nurl_file = "address"\nwait = 0.1\n')
    (home / "address").write_text(f"postgresql://ann:{PASSWORD}@127.0.0.1:1/library\n", encoding="utf-8")
    result = footnote(home, "-vv", "articles")
    assert result.code == 1
    assert "the database cannot be reached" in result.err
    (home / "address").write_text(f"ann:{PASSWORD}@127.0.0.1", encoding="utf-8")
    assert footnote(home, "articles").code == 78
    typed = footnote(home, "store", "copy", "index", f"postgresql://ann:{PASSWORD}@127.0.0.1:1/library")
    assert typed.code == 78
