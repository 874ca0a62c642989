"""Folders that take long to fill, filled once a run however many processes the tests run in."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def shared_folder(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], object]) -> Path:
    """Return the folder `name` of this run, filled by the first process that needs it; tests only read it."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent  # of all workers
    folder, filled = base / f"shared-{name}", base / f"shared-{name}.filled"
    with FileLock(base / f"shared-{name}.lock"):
        if not filled.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a failed attempt left
            folder.mkdir()
            fill(folder)
            filled.touch()
    return folder


def link_index(source: Path, target: Path) -> None:
    """Link the files of a folder that holds an index, for a test that replaces files and overwrites none.

    Without the file that writers lock: a link to it would make tests in other processes wait.
    """
    ignored = shutil.ignore_patterns("lock")
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored, copy_function=os.link)
