"""The child that updates the index: what it says, how it fails, and that it never outlives its use."""

import asyncio
import io
import itertools
import json
import logging
import os
import shutil
import sys
from pathlib import Path

import pytest

from bot.config import Config
from bot.discord.library import update_process
from bot.discord.library.update_process import update_apart
from index.building.report import BuildReport
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexBusyError,
    IndexDamagedError,
    IndexUnwritableError,
)
from index.library import Library
from index.records import Progress
from index.storage.generations import writing


@pytest.fixture
def config(library_folder: Path, tmp_path: Path) -> Config:
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    shutil.copytree(library_folder / "index", tmp_path / "index", copy_function=os.link)
    (tmp_path / "index" / "lock").unlink(missing_ok=True)
    return Config.model_validate({"base": tmp_path, "index": {"directory": "index"}})


def children() -> list[str]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [number for task in tasks for number in task.read_text().split()]


async def test_a_child_updates_the_index_and_says_what_it_did(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (config.corpus_directory / "weaver.txt").write_text("The weaver\n\nShe made seven carpets.\n")
    (config.corpus_directory / "broken.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    done = await update_apart(config, 60)
    assert done.changes == "1 added, 0 updated, 0 removed, 4 unchanged"
    assert [file for file, _ in done.skipped] == ["broken.txt"]
    assert done.seconds > 0
    assert len(Library.open(config).titles) == 5
    stages = [record.__dict__["fields"]["stage"] for record in caplog.records if record.message == "indexing"]
    assert stages[0] == "read"
    assert stages[-1] == "write"
    assert children() == []


def test_a_long_stage_says_again_how_far_it_is(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The child's part, in this process; six seconds pass from one report to the next."""

    def update(config: Config, progress: Progress, wait: float) -> BuildReport:
        for done in range(5):
            progress("embed", done, 5)
        return BuildReport((), (), (), (), (), ())

    order = {"config": config.model_dump(), "base": str(config.base), "wait": 0}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(order)))
    monkeypatch.setattr(update_process, "update", update)
    monkeypatch.setattr(update_process.time, "monotonic", itertools.count(0, 6).__next__)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    update_process.main()
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["done"] for line in said if "stage" in line] == [0, 2, 4]


async def test_the_child_s_errors_are_the_library_s_own(config: Config) -> None:
    with writing(config.index_directory, 0), pytest.raises(IndexBusyError, match=str(os.getpid())):
        await update_apart(config, 0)
    shutil.rmtree(config.corpus_directory)
    config.corpus_directory.mkdir()
    with pytest.raises(ConfigurationError, match="no articles") as raised:
        await update_apart(config, 0)
    assert raised.value.remedy


def test_each_kind_of_error_keeps_its_kind() -> None:
    for kind in (IndexDamagedError, IndexUnwritableError, ConfigurationError, FootnoteError):
        error = update_process._error(kind.__name__, "what", "remedy")
        assert type(error) is kind
        assert (error.message, error.remedy != "") == ("what", True)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo some trace >&2; echo out of paper >&2; exit 3", "ended with status 3: out of paper"),
        ("kill -9 $$", "ended with SIGKILL"),
        ("exit 0", "ended with status 0"),
    ],
)
async def test_a_child_that_dies_is_an_error_with_its_last_words(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    monkeypatch.setattr(sys, "executable", executable(tmp_path, script))
    with pytest.raises(FootnoteError, match=f"{message}$"):
        await update_apart(config, 0)


async def test_the_token_is_not_the_child_s_business(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "secret")
    monkeypatch.setenv("DISCORD_BOT_TOKEN_FILE", "/secret")
    monkeypatch.setattr(sys, "executable", executable(tmp_path, "env | grep -c -i -e secret >&2; exit 1"))
    with pytest.raises(FootnoteError, match=r"ended with status 1: 0$"):
        await update_apart(config, 0)


async def test_a_child_is_gone_once_nobody_waits_for_it(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", executable(tmp_path, "exec sleep 60"))
    task = asyncio.create_task(update_apart(config, 0))
    async with asyncio.timeout(30):
        while not children():
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert children() == []


def executable(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)
