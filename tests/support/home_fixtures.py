"""Fixtures of the command line: pseudo-terminals, and homes for the commands to work in."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.config import BotConfig
from tests.support.homes import BEES, Home
from tests.support.paths import CORPUS, ROOT
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.shared_folders import link_index, shared_folder
from tests.support.small_library import provide_encoder


@pytest.fixture
def open_terminal() -> Iterator[Callable[[int], PseudoTerminal]]:
    """Return a function that opens a terminal of a given width; it is closed when the test ends or fails."""
    terminals: list[PseudoTerminal] = []

    def open_one(columns: int) -> PseudoTerminal:
        terminals.append(PseudoTerminal(columns))
        return terminals[-1]

    yield open_one
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def drawn(
    monkeypatch: pytest.MonkeyPatch, open_terminal: Callable[[int], PseudoTerminal]
) -> Callable[..., str]:
    """Return a function that runs another with a stream on a terminal, and returns what the terminal got."""

    def draw(
        write: Callable[[], object],
        *,
        columns: int = 80,
        term: str = "xterm-256color",
        stream: str = "stdout",
    ) -> str:
        with terminal_as(stream, columns, term) as terminal:
            write()
        return terminal.shown()

    @contextmanager
    def terminal_as(name: str, columns: int, term: str) -> Iterator[PseudoTerminal]:
        terminal = open_terminal(columns)
        with (
            monkeypatch.context() as patch,
            os.fdopen(os.dup(terminal.device), "w", encoding="utf-8") as stream,
        ):
            patch.setattr(sys, name, stream)
            patch.setenv("TERM", term)
            patch.setenv("COLUMNS", str(columns))  # rich asks the process's own terminal for its size
            for variable in ("LINES", "COLORTERM", "FORCE_COLOR", "TTY_COMPATIBLE"):
                patch.delenv(variable, raising=False)
            yield terminal

    return draw


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Home:
    """Return a home whose index is built; tests only read it."""

    def fill(folder: Path) -> None:
        home = Home(folder)
        shutil.copytree(CORPUS, home.corpus)
        (home.corpus / "notes").mkdir()
        (home.corpus / "notes" / "bees.md").write_text(BEES, "utf-8")
        shutil.copy(ROOT / "config.toml", home.config)
        home.plain_config.write_text('[answer]\nreader = "none"\n', "utf-8")
        provide_encoder(BotConfig.read(home.config), encoder_folder)
        run = home.footnote("index")
        assert (run.code, run.out) == (0, "2 added, 0 updated, 0 removed, 0 unchanged\n"), run.err

    return Home(shared_folder(tmp_path_factory, "home", fill))


@pytest.fixture
def home(built_home: Home, tmp_path: Path) -> Home:
    """Return a home of the test's own; its files are links, to be replaced but not written over."""
    link_index(built_home.folder, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    """Return a home with a configuration alone."""
    home = Home(tmp_path / "bare")
    home.folder.mkdir()
    home.config.write_bytes((ROOT / "config.toml").read_bytes())
    return home
