"""The child that updates the index: what it reports, how it fails, and that it never outlives its use."""

import asyncio
import logging
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.live.update_process import Update, throttle, update_in_child, work_in_child
from index import errors
from index.errors import FootnoteError, IndexBusyError
from index.library import Library
from index.storage.generations import writers_lock
from tests.support import update_children
from tests.support.paths import ROOT
from tests.support.pdf_files import pdf
from tests.support.shared_folders import link_index

pytestmark = pytest.mark.slow

FORKED = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
"""How children start that are to fail: the bot's own would each import for a second what these share."""
FORKED.set_forkserver_preload(["bot.live.update_process", "tests.support.update_children"])

BOT = """
import asyncio, sys
from bot.config import BotConfig
from bot.live.update_process import update_in_child
from tests.support.update_children import never_end

if __name__ == "__main__":
    asyncio.run(update_in_child(BotConfig(), 0, never_end))
"""


@pytest.fixture
def config(library_folder: Path, tmp_path: Path) -> BotConfig:
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    link_index(library_folder / "index", tmp_path / "index")
    (tmp_path / "index" / "lock").unlink(missing_ok=True)
    return BotConfig.model_validate({"base": tmp_path, "index": {"directory": "index"}})


def stages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.__dict__["fields"]["stage"] for record in caplog.records if record.message == "indexing"]


async def test_a_child_updates_the_index_and_reports_what_it_did(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (config.corpus_directory / "weaver.txt").write_text("The weaver\n\nShe made seven carpets.\n")
    (config.corpus_directory / "hall.pdf").write_bytes(pdf(["The hall has nine doors."]))
    (config.corpus_directory / "broken.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    report = await update_in_child(config, 60)
    assert report.added == ("hall", "weaver"), "the PDF was read by a process of the child"
    assert len(report.unchanged) == 4
    assert [skipped.file for skipped in report.skipped] == ["broken.txt"]
    assert report.seconds > 0
    assert len(Library.open(config).titles) == 6
    assert stages(caplog)[0] == "read"
    assert stages(caplog)[-1] == "write"
    assert multiprocessing.active_children() == []


def test_a_long_stage_is_reported_again_after_a_while() -> None:
    """Six seconds pass from one report to the next."""
    seconds = iter(range(0, 60, 6))
    reported: list[tuple[str, int, int]] = []
    progress = throttle(lambda *stage: reported.append(stage), 10, clock=lambda: next(seconds))
    for done in range(5):
        progress("embed", done, 5)
    progress("write", 0, 1)
    progress("nothing to do", 0, 0)
    assert reported == [("embed", 0, 5), ("embed", 2, 5), ("embed", 4, 5), ("write", 0, 1)]


async def test_the_child_s_errors_are_the_library_s_own(config: BotConfig) -> None:
    """All kinds of them: see `test_each_error_comes_whole_out_of_another_process`."""
    with writers_lock(config.index_directory, 0), pytest.raises(IndexBusyError, match=str(os.getpid())):
        await update_in_child(config, 0, context=FORKED)


def test_each_error_comes_whole_out_of_another_process() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    for kind in kinds:
        if issubclass(kind, FootnoteError):
            error = kind("what happened")
            error.remedy = "what to do"
            copy = pickle.loads(pickle.dumps(error))  # noqa: S301
            assert type(copy) is kind
            assert vars(copy) == vars(error)
            assert str(copy) == str(error)


async def test_an_error_that_nobody_expected_is_raised_as_it_is() -> None:
    with pytest.raises(MemoryError, match="no room"):
        await update_in_child(BotConfig(), 0, update_children.raise_memory_error, FORKED)


@pytest.mark.parametrize(
    ("work", "ending"),
    [
        (update_children.die_with_last_line, "SIGKILL: no memory left"),
        (update_children.exit_with_3, "status 3"),
        (update_children.interrupt, "KeyboardInterrupt"),
        (update_children.exit_as_programs_do, "SystemExit"),
    ],
)
async def test_a_child_that_dies_is_an_error_that_names_its_end(work: Update, ending: str) -> None:
    with pytest.raises(FootnoteError, match=f"updating the index ended with {ending}$"):
        await update_in_child(BotConfig(), 0, work, FORKED)
    assert multiprocessing.active_children() == []


async def test_the_child_gives_way_and_writes_nothing_between_the_lines_of_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(FootnoteError, match=rf"^{os.nice(0) + 5} "):
        await update_in_child(BotConfig(), 0, update_children.report_environment, FORKED)
    assert capfd.readouterr() == ("", "")


async def test_a_child_is_gone_once_nobody_waits_for_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    update = asyncio.create_task(update_in_child(BotConfig(), 0, update_children.never_end, FORKED))
    async with asyncio.timeout(120):
        while stages(caplog) != ["sleep"]:
            await asyncio.sleep(0.01)
    update.cancel()
    await asyncio.gather(update, return_exceptions=True)
    assert update.cancelled()
    assert multiprocessing.active_children() == []


async def test_children_need_none_of_the_event_loop_s_own_threads() -> None:
    """However many there are, the loop has threads for what else needs them, such as looking up addresses."""
    ended = ThreadPoolExecutor(1)
    ended.shutdown()
    asyncio.get_running_loop().set_default_executor(ended)
    work = partial(work_in_child, BotConfig(), 0, update_children.return_seven, "counting", FORKED)
    assert list(await asyncio.gather(work(), work(), work())) == [7, 7, 7]
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="lists processes as Linux does")
async def test_a_child_ends_with_the_bot_however_that_ends(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(BOT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
    bot = await asyncio.create_subprocess_exec(sys.executable, str(script), env=environment)
    try:
        async with asyncio.timeout(120):
            while not (child := working_child(bot.pid)):
                await asyncio.sleep(0.05)
    finally:
        bot.send_signal(signal.SIGKILL)
        await bot.wait()
    async with asyncio.timeout(120):
        while is_running(child):
            await asyncio.sleep(0.01)


def working_child(parent: int) -> int | None:
    """Return the child that multiprocessing started and that has lowered its priority."""
    for path in Path(f"/proc/{parent}/task").glob("*/children"):
        for number in map(int, path.read_text().split()):
            if os.getpriority(os.PRIO_PROCESS, number) > os.nice(0):
                return number
    return None


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_process_loads_no_terminal() -> None:
    code = "import sys, bot.live.update_process; sys.exit('click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
