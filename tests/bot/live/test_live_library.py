"""The live library: one library replaces another, and nothing of the earlier ones stays behind."""

import asyncio
import gc
import logging
import os
import shutil
import weakref
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.live.live_library import LiveLibrary, UpdateIndex
from bot.telemetry.meter import Meter
from index.building.report import BuildReport
from index.building.update import update
from index.errors import ConfigurationError, UnreadableFileError
from index.library import Library
from index.models.encoder import Encoder
from index.storage.generations import writers_lock
from tests.support.bots import update_here
from tests.support.shared_folders import link_index

pytestmark = pytest.mark.slow

WEAVER = "The weaver\n\nThe weaver of Lund made {} carpets.\n"
QUESTION = "How many carpets did the weaver of Lund make?"


@pytest.fixture
def config(library_folder: Path, tmp_path: Path) -> BotConfig:
    """Return a copy of the library to change; its index's files are links."""
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    link_index(library_folder / "index", tmp_path / "index")
    return BotConfig.model_validate({"base": tmp_path, "index": {"directory": "index", "watch": 0.02}})


def live_library_of(
    config: BotConfig, update_index: UpdateIndex = update_here, meter: Meter | None = None
) -> LiveLibrary:
    return LiveLibrary(config, Library.open(config), meter or Meter(), update_index)


def write(config: BotConfig, name: str, text: str) -> None:
    path = config.corpus_directory / name
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == LiveLibrary.__module__]


async def test_a_library_is_built_if_there_is_none(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shutil.rmtree(config.index_directory / "generations")
    (config.index_directory / "current").unlink()
    meter = Meter()
    live_library = await LiveLibrary.open(config, meter, update_here)
    assert len(live_library.library.titles) == 4
    assert meter.registry.get_sample_value("footnote_articles") == 4
    assert events(caplog) == ["updating the index", "index updated"]


async def test_a_change_is_found_by_watching(config: BotConfig) -> None:
    meter = Meter()
    live_library = live_library_of(config, meter=meter)
    watching = asyncio.create_task(live_library.watch())
    write(config, "weaver.txt", WEAVER.format(7))
    async with asyncio.timeout(300):
        while len(live_library.library.titles) == 4:
            await asyncio.sleep(0.05)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert "7" in str(live_library.library.ask(QUESTION).answer)
    assert meter.registry.get_sample_value("footnote_articles") == 5
    assert meter.registry.get_sample_value("footnote_index_swaps_total") == 1
    info = {"generation": live_library.library.generation, "fingerprint": live_library.library.fingerprint}
    assert meter.registry.get_sample_value("footnote_index_info", info) == 1


async def test_refreshes_at_once_come_one_after_the_other(config: BotConfig) -> None:
    under_way: list[int] = []

    async def update_alone(config: BotConfig, wait: float) -> BuildReport:
        assert not under_way
        under_way.append(1)
        write(config, "mender.txt", "The mender\n\nThe mender of nets lives in Malmo.\n")  # meanwhile
        report = await update_here(config, wait)
        under_way.clear()
        return report

    live_library = live_library_of(config, update_alone)
    write(config, "weaver.txt", WEAVER.format(7))
    assert await asyncio.gather(live_library.refresh(), live_library.refresh()) == [True, True]
    assert len(live_library.library.titles) == 6


async def test_four_libraries_later_only_the_last_one_is_there(config: BotConfig) -> None:
    """Another process updates the index each time; a question that runs over each swap keeps its library."""
    live_library = live_library_of(config)
    libraries = [weakref.ref(live_library.library)]
    gc.collect()
    gc.disable()  # what only the collector would find counts as left behind
    try:
        for number in range(4):
            held = live_library.library
            write(config, "weaver.txt", WEAVER.format(number + 100))
            await asyncio.to_thread(update, config, lambda *_: None, 0)
            assert await live_library.refresh()
            assert live_library.library is not held
            old = await asyncio.to_thread(held.ask, QUESTION)
            assert number == 0 or str(number + 99) in str(old.answer)
            new = await asyncio.to_thread(live_library.library.ask, QUESTION)
            assert str(number + 100) in str(new.answer)
            libraries.append(weakref.ref(live_library.library))
            del held
        await asyncio.to_thread(len, "")  # a thread keeps what it did last until it does something else
        assert [library for library in libraries if library() is not None] == [libraries[-1]]
        current = str(config.index_directory / "generations" / live_library.library.generation)
        assert {Path(name).parent for name in files_in_use(config)} == {Path(current)}
        assert sum(name.endswith(".sqlite") for name in files_in_use(config)) == 1
    finally:
        gc.enable()


def files_in_use(config: BotConfig) -> list[str]:
    """List the files of the index's generations that this process has open or mapped."""
    opened = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    mapped = [line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines()]
    root = str(config.index_directory / "generations")
    return [name for name in (*opened, *set(mapped)) if name.startswith(root)]


async def test_models_that_stay_the_same_are_loaded_once(
    config: BotConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_library = live_library_of(config)
    first = live_library.library
    write(config, "weaver.txt", WEAVER.format(7))
    await update_here(config, 0)
    monkeypatch.delattr(Encoder, "load")
    assert await live_library.refresh()
    assert live_library.library is not first
    assert live_library.library.ask(QUESTION).answerable


async def test_nothing_is_exchanged_if_nothing_changed(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = live_library_of(config)
    library = live_library.library
    for path in config.corpus_directory.rglob("*.md"):
        os.utime(path, (10**9, 10**9))  # the index remembers the time in a generation of the same contents
    assert await live_library.refresh()
    assert await live_library.refresh()
    assert live_library.library is library
    assert events(caplog) == []


async def test_a_corpus_that_is_away_for_a_while_is_logged_once(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = live_library_of(config)
    away = config.corpus_directory.rename(config.base / "away")
    assert [await live_library.refresh() for _ in range(3)] == [False] * 3
    assert events(caplog) == ["answering from the last index"]
    assert live_library.library.ask("How long is the red bridge?").answerable
    away.rename(config.corpus_directory)
    assert [await live_library.refresh() for _ in range(2)] == [True] * 2
    assert events(caplog) == ["answering from the last index", "the index is up to date again"]


async def test_an_emptied_corpus_leaves_the_last_library(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried once, until there is another file."""
    live_library = live_library_of(config)
    caplog.set_level(logging.INFO)
    shutil.rmtree(config.corpus_directory)
    config.corpus_directory.mkdir()
    assert [await live_library.refresh() for _ in range(3)] == [False] * 3
    assert events(caplog) == ["updating the index", "answering from the last index"]
    assert "no articles" in caplog.records[-1].__dict__["fields"]["reason"]
    assert live_library.library.ask("How long is the red bridge?").answerable
    write(config, "weaver.txt", WEAVER.format(7))
    assert await live_library.refresh()
    assert len(live_library.library.titles) == 1


async def test_while_another_process_updates_it_waits_and_then_takes_its_index(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = live_library_of(config)
    write(config, "weaver.txt", WEAVER.format(7))
    with writers_lock(config.index_directory, 0):
        assert [await live_library.refresh() for _ in range(3)] == [False] * 3
    assert events(caplog) == ["updating the index", "waiting for another update"]
    update(config, lambda *_: None, 0)
    assert await live_library.refresh()
    assert "7" in str(live_library.library.ask(QUESTION).answer)


async def test_a_skipped_file_is_named_once(config: BotConfig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    live_library = live_library_of(config)
    (config.corpus_directory / "broken.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    for number in range(3):
        write(config, "weaver.txt", WEAVER.format(number))
        assert await live_library.refresh()
    assert events(caplog) == ["file skipped"]


async def test_a_broken_link_is_skipped_and_named_and_stops_no_update(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = live_library_of(config)
    (config.corpus_directory / "broken.md").symlink_to("nowhere.md")
    write(config, "weaver.txt", WEAVER.format(17))
    assert await live_library.refresh()
    answer = live_library.library.ask(QUESTION)
    assert answer.answer == "17"
    skipped = [record for record in caplog.records if record.message == "file skipped"]
    assert [record.fields["file"] for record in skipped] == ["broken.md"]  # type: ignore[attr-defined]
    caplog.clear()
    assert await live_library.refresh()
    assert events(caplog) == []  # nothing is updated again


async def test_at_the_start_the_last_index_answers_while_another_process_writes(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    write(config, "weaver.txt", WEAVER.format(7))
    with writers_lock(config.index_directory, 0):
        live_library = await LiveLibrary.open(config, Meter(), update_here)
    assert len(live_library.library.titles) == 4
    assert "answering from the last index" in events(caplog)
    live_library = await LiveLibrary.open(config, Meter(), update_here)
    assert len(live_library.library.titles) == 5


async def test_at_the_start_a_missing_corpus_is_an_error_and_a_damaged_index_is_rebuilt(
    config: BotConfig,
) -> None:
    generation = config.index_directory / "generations" / Library.open(config).generation
    catalog = generation / "articles.sqlite"
    content = catalog.read_bytes()
    catalog.unlink()
    catalog.write_bytes(content[:-100])
    assert len((await LiveLibrary.open(config, Meter(), update_here)).library.titles) == 4
    shutil.rmtree(config.corpus_directory)
    with pytest.raises(ConfigurationError):
        await LiveLibrary.open(config, Meter(), update_here)


async def test_watching_goes_on_whatever_goes_wrong(
    config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    problems: list[Exception] = [ZeroDivisionError("odd"), ZeroDivisionError("odd"), UnreadableFileError("x")]

    async def failing_at_first(config: BotConfig, wait: float) -> BuildReport:
        if problems:
            raise problems.pop(0)
        return await update_here(config, wait)

    live_library = live_library_of(config, failing_at_first)
    write(config, "weaver.txt", WEAVER.format(7))
    caplog.set_level(logging.INFO)
    watching = asyncio.create_task(live_library.watch())
    async with asyncio.timeout(300):
        while "library exchanged" not in events(caplog):
            await asyncio.sleep(0.01)
    assert not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert watching.cancelled()
    assert events(caplog) == [
        "updating the index",
        *["answering from the last index"] * 2,
        "index updated",
        "the index is up to date again",
        "library exchanged",
    ]
    assert "ZeroDivisionError: odd" in caplog.text


async def test_nobody_watches_if_that_is_configured(config: BotConfig) -> None:
    index = config.index.model_copy(update={"watch": 0.0})
    await asyncio.wait_for(live_library_of(config.model_copy(update={"index": index})).watch(), 60)
