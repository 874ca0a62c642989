"""The shelf: one library after another takes its place, and nothing of the earlier ones stays behind."""

import asyncio
import gc
import logging
import os
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from bot.config import Config
from bot.discord.library import live_library as module
from bot.discord.library.live_library import LiveLibrary
from bot.discord.library.update_process import Updated
from bot.discord.telemetry.meter import Meter
from index.building.report import counts
from index.building.update import update
from index.errors import ConfigurationError, UnreadableFileError
from index.library import Library
from index.storage.generations import writing

WEAVER = "The weaver\n\nThe weaver of Lund made {} carpets.\n"
ASKED = "How many carpets did the weaver of Lund make?"


@pytest.fixture
def config(library_folder: Path, tmp_path: Path) -> Config:
    """Return a copy of the library to change; its index's files are links."""
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    shutil.copytree(library_folder / "index", tmp_path / "index", copy_function=os.link)
    (tmp_path / "index" / "lock").unlink(missing_ok=True)
    return Config.model_validate({"base": tmp_path, "index": {"directory": "index", "watch": 0.02}})


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Update in this process, which saves each child's start; test_updating.py has the children."""

    async def update_here(config: Config, wait: float) -> Updated:
        report = await asyncio.to_thread(update, config, lambda *_: None, wait)
        return Updated(counts(report), report.seconds, frozenset(report.skipped))

    monkeypatch.setattr(module, "update_apart", update_here)


def shelf_of(config: Config) -> LiveLibrary:
    return LiveLibrary(config, Library.open(config), Meter())


def write(config: Config, name: str, text: str) -> None:
    path = config.corpus_directory / name
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == module.__name__]


async def test_a_library_is_built_where_there_is_none(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """By a real child."""
    caplog.set_level(logging.INFO)
    shutil.rmtree(config.index_directory / "generations")
    (config.index_directory / "current").unlink()
    meter = Meter()
    live_library = await LiveLibrary.open(config, meter)
    assert len(live_library.library.titles) == 4
    assert meter.registry.get_sample_value("footnote_articles") == 4
    assert events(caplog) == ["updating the index", "index updated"]


@pytest.mark.usefixtures("here")
async def test_what_changes_is_found_by_watching(config: Config) -> None:
    meter = Meter()
    live_library = LiveLibrary(config, Library.open(config), meter)
    watching = asyncio.create_task(live_library.watch())
    write(config, "weaver.txt", WEAVER.format(7))
    async with asyncio.timeout(300):
        while len(live_library.library.titles) == 4:
            await asyncio.sleep(0.05)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert "7" in str(live_library.library.ask(ASKED).answer)
    assert meter.registry.get_sample_value("footnote_articles") == 5
    assert meter.registry.get_sample_value("footnote_index_swaps_total") == 1
    info = {"generation": live_library.library.generation, "fingerprint": live_library.library.fingerprint}
    assert meter.registry.get_sample_value("footnote_index_info", info) == 1


async def test_twenty_libraries_later_only_the_last_one_is_there(config: Config) -> None:
    """Another process updates the index each time; a question that runs over each swap keeps its library."""
    live_library = shelf_of(config)
    libraries = [weakref.ref(live_library.library)]
    gc.collect()
    gc.disable()  # what only the collector would find counts as left behind
    try:
        for number in range(20):
            held = live_library.library
            write(config, "weaver.txt", WEAVER.format(number + 100))
            await asyncio.to_thread(update, config, lambda *_: None, 0)
            assert await live_library.look()
            assert live_library.library is not held
            old = await asyncio.to_thread(held.ask, ASKED)
            assert number == 0 or str(number + 99) in str(old.answer)
            new = await asyncio.to_thread(live_library.library.ask, ASKED)
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


def files_in_use(config: Config) -> list[str]:
    """List the files of the index's generations that this process has open or mapped."""
    opened = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    mapped = [line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines()]
    root = str(config.index_directory / "generations")
    return [name for name in (*opened, *set(mapped)) if name.startswith(root)]


async def test_models_that_stay_the_same_are_loaded_once(config: Config) -> None:
    live_library = shelf_of(config)
    first = live_library.library
    write(config, "weaver.txt", WEAVER.format(7))
    update(config, lambda *_: None, 0)
    assert await live_library.look()
    assert live_library.library is not first
    assert live_library.library._models is first._models


async def test_nothing_is_exchanged_where_nothing_changed(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = shelf_of(config)
    library = live_library.library
    for path in config.corpus_directory.rglob("*.md"):
        os.utime(path, (10**9, 10**9))  # the index remembers the time in a generation of the same contents
    assert await live_library.look()
    assert await live_library.look()
    assert live_library.library is library
    assert events(caplog) == []


@pytest.mark.usefixtures("here")
async def test_a_corpus_that_is_away_for_a_while_is_said_once(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = shelf_of(config)
    away = config.corpus_directory.rename(config.base / "away")
    assert [await live_library.look() for _ in range(3)] == [False] * 3
    assert events(caplog) == ["answering from the last index"]
    assert live_library.library.ask("How long is the red bridge?").answerable
    away.rename(config.corpus_directory)
    assert [await live_library.look() for _ in range(2)] == [True] * 2
    assert events(caplog) == ["answering from the last index", "the index is up to date again"]


@pytest.mark.usefixtures("here")
async def test_an_emptied_corpus_leaves_the_last_library(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried once, until there is another file."""
    live_library = shelf_of(config)
    caplog.set_level(logging.INFO)
    shutil.rmtree(config.corpus_directory)
    config.corpus_directory.mkdir()
    assert [await live_library.look() for _ in range(3)] == [False] * 3
    assert events(caplog) == ["updating the index", "answering from the last index"]
    assert "no articles" in caplog.records[-1].__dict__["fields"]["reason"]
    assert live_library.library.ask("How long is the red bridge?").answerable
    write(config, "weaver.txt", WEAVER.format(7))
    assert await live_library.look()
    assert len(live_library.library.titles) == 1


@pytest.mark.usefixtures("here")
async def test_while_another_process_updates_it_waits_and_then_takes_its_index(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live_library = shelf_of(config)
    write(config, "weaver.txt", WEAVER.format(7))
    with writing(config.index_directory, 0):
        assert [await live_library.look() for _ in range(3)] == [False] * 3
    assert events(caplog) == ["updating the index", "waiting for another update"]
    update(config, lambda *_: None, 0)
    assert await live_library.look()
    assert "7" in str(live_library.library.ask(ASKED).answer)


@pytest.mark.usefixtures("here")
async def test_a_skipped_file_is_named_once(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    live_library = shelf_of(config)
    (config.corpus_directory / "broken.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    for number in range(3):
        write(config, "weaver.txt", WEAVER.format(number))
        assert await live_library.look()
    assert events(caplog) == ["file skipped"]


@pytest.mark.usefixtures("here")
async def test_at_the_start_the_last_index_answers_while_another_process_writes(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    write(config, "weaver.txt", WEAVER.format(7))
    with writing(config.index_directory, 0):
        live_library = await LiveLibrary.open(config, Meter())
    assert len(live_library.library.titles) == 4
    assert "answering from the last index" in events(caplog)
    live_library = await LiveLibrary.open(config, Meter())
    assert len(live_library.library.titles) == 5


@pytest.mark.usefixtures("here")
async def test_at_the_start_a_missing_corpus_is_an_error_and_a_damaged_index_is_rebuilt(
    config: Config,
) -> None:
    generation = config.index_directory / "generations" / Library.open(config).generation
    catalog = generation / "articles.sqlite"
    content = catalog.read_bytes()
    catalog.unlink()
    catalog.write_bytes(content[:-100])
    assert len((await LiveLibrary.open(config, Meter())).library.titles) == 4
    shutil.rmtree(config.corpus_directory)
    with pytest.raises(ConfigurationError):
        await LiveLibrary.open(config, Meter())


async def test_watching_goes_on_whatever_goes_wrong(
    config: Config, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    troubles: list[Exception] = [ZeroDivisionError("odd"), ZeroDivisionError("odd"), UnreadableFileError("x")]

    def failing(_: Config) -> None:
        looks.append(threading.get_ident())
        if troubles:
            raise troubles.pop(0)

    live_library = shelf_of(config)
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(module, "is_stale", failing)
    watching = asyncio.create_task(live_library.watch())
    async with asyncio.timeout(30):
        while len(looks) < 5:
            await asyncio.sleep(0.01)
    assert not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert watching.cancelled()
    assert threading.get_ident() not in looks
    assert events(caplog) == ["answering from the last index"] * 2 + ["the index is up to date again"]
    assert "ZeroDivisionError: odd" in str(caplog.text)


async def test_nobody_watches_where_that_is_configured(config: Config) -> None:
    index = config.index.model_copy(update={"watch": 0.0})
    await asyncio.wait_for(shelf_of(config.model_copy(update={"index": index})).watch(), 1)
