"""`footnote` with the library in a database: all commands, `store copy` both ways, a line for each fault."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.postgres_server import OWNER, PASSWORD, Server
from tests.support.small_library import ARTICLES, make_config, provide_encoder, write_corpus

QUESTION = "How many people live in Raqqa?"


def footnote(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command; whatever it says holds no password and no traceback."""
    result = subprocess.run(
        [sys.executable, "-m", "bot", "--config", str(home / "config.toml"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    for shown in (result.stdout, result.stderr):
        assert PASSWORD not in shown
        assert "Traceback" not in shown or "-vv" in arguments
    return result


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
    asked = footnote(home, "ask", "--json", QUESTION)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["answer"] == "About 90,000"
    assert json.loads(footnote(home, "index", "--json").stdout)["unchanged"] == [
        "cats",
        "news/weather",
        "raqqa",
    ]
    assert [row["id"] for row in json.loads(footnote(home, "articles", "--json").stdout)] == [
        "cats",
        "news/weather",
        "raqqa",
    ]
    assert json.loads(footnote(home, "show", "cats", "--json").stdout)["title"] == "Cats"
    checks = json.loads(footnote(home, "doctor", "--json").stdout)
    by_name = {check["check"]: check["status"] for check in checks}
    assert {by_name[name] for name in ("database", "pgvector", "rights", "schema", "search indexes")} == {
        "ok"
    }
    assert by_name["index"] == by_name["up to date"] == "ok"


@pytest.mark.slow
def test_a_library_is_copied_there_and_back(home: Path, database_url: str) -> None:
    configure(home, "")
    assert footnote(home, "index").returncode == 0
    there = footnote(home, "store", "copy", str(home / "index"), database_url)
    assert there.returncode == 0, there.stderr
    assert there.stdout == "copied, and the same: 3 articles, 10 sentences\n"
    again = footnote(home, "store", "copy", str(home / "index"), database_url)
    assert again.returncode == 78
    assert "there is a library already" in again.stderr
    back = footnote(home, "store", "copy", "--json", database_url, str(home / "back"))
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["same"] is True
    before = json.loads(footnote(home, "ask", "--json", QUESTION).stdout)
    shutil.rmtree(home / "index")
    (home / "back").rename(home / "index")
    after = json.loads(footnote(home, "ask", "--json", QUESTION).stdout)
    assert {**after, "elapsed_ms": 0} == {**before, "elapsed_ms": 0}
    assert json.loads(footnote(home, "index", "--json").stdout)["embedded"] == 0


def test_faults_are_one_line_each(home: Path, postgres_server: Server) -> None:
    refused = f"postgresql://{OWNER}@127.0.0.1:1/library"
    nowhere = postgres_server.address("nowhere")
    for url, code, said in (
        (refused, 1, "error: the database cannot be reached: "),
        (nowhere, 78, "error: the database refused the connection: "),
        (postgres_server.database(vector=False), 78, "error: the database lacks the extension pgvector"),
    ):
        configure(home, f'[store]\nurl = "{url}"\n')
        result = footnote(home, "ask", QUESTION, PGPASSWORD=PASSWORD)
        assert (result.returncode, result.stdout) == (code, "")
        assert said in result.stderr


def test_a_password_stays_in_its_file(home: Path) -> None:
    configure(home, f'[store]\nurl = "postgresql://ann:{PASSWORD}@127.0.0.1:1/library"\n')
    in_config = footnote(home, "ask", QUESTION)
    assert in_config.returncode == 78
    assert "store.url: expected no password" in in_config.stderr
    configure(home, '[store]\nurl_file = "address"\n')
    (home / "address").write_text(f"postgresql://ann:{PASSWORD}@127.0.0.1:1/library\n", encoding="utf-8")
    result = footnote(home, "-vv", "articles")
    assert result.returncode == 1
    assert "the database cannot be reached" in result.stderr
    (home / "address").write_text(f"ann:{PASSWORD}@127.0.0.1", encoding="utf-8")
    assert footnote(home, "articles").returncode == 78
    typed = footnote(home, "store", "copy", "index", f"postgresql://ann:{PASSWORD}@127.0.0.1:1/library")
    assert typed.returncode == 78
