"""The tree of tests mirrors the code, and no file or package outgrows its room."""

from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.tables import each_row

LONGEST = 400
"""Lines of a file."""

UNTESTED_ALONE = {
    "index/articles/html_inline.py": "tested with the blocks, test_html_blocks",
    "bot/__main__.py": "three lines into the command line, tested with it in tests/bot/terminal/test_cli.py",
    "bot/terminal/commands/operation.py": "tests of the bot and of bot/doctor run both commands",
    "bot/terminal/copying.py": "does what `store copy` says; tests/bot/terminal/commands/test_store.py",
    "bot/terminal/ingestion.py": "does what the commands say; tests/bot/terminal/commands/test_ingestion.py",
    "bot/terminal/run_doctor.py": "shows the checks; tests/bot/doctor run the command",
    "bot/discord/events/ticket_button.py": "what buttons share; test_buttons presses them",
    "bot/discord/library/corpus_work.py": "work in a child process; test_library_commands does all of it",
    "bot/discord/replies/written_replies.py": "words of replies; test_learned_answers reads them",
    "bot/discord/questions/question.py": "a record, without a method",
    "bot/discord/replies/message_limits.py": "numbers; the fake Discord refuses what exceeds them",
    "index/storage/article_digests.py": "tests/index/storage/postgres/test_publishing.py compares both sides",
    "index/retrieval/database_retriever.py": "tests/index/test_library_stored.py asks through it",
    "index/retrieval/opening.py": "chooses by kind; tests/index/test_library_stored.py opens both kinds",
    "index/building/publication.py": "a record, without a method",
    "index/storage/catalog_records.py": "records; tests/index/storage/test_catalog.py reads them",
    "index/storage/index_files.py": "chooses by kind; test_segment_writing.py opens both kinds",
    "index/storage/segmented_catalog.py": "test_segment_writing.py compares it with one written at once",
    "index/storage/catalog_rows.py": "tests/index/storage/test_catalog_writer.py writes these rows",
    "index/storage/postgres/catalog.py": "tests/index/test_library_stored.py compares it with the files",
    "index/storage/postgres/joined.py": "tests/index/test_library_stored.py asks what a server sees",
    "index/storage/postgres/titles.py": "tests/index/test_library_stored.py compares it with the files",
    "index/storage/joined.py": "tests/index/test_library_joined.py asks two indexes as one",
    "index/writing/protocols.py": "protocols, without a body",
    "index/training/progress.py": "draws bars with rich; the tests of the training commands run it",
}
"""Modules without a test file of their name, and where they are tested instead, or why not at all."""


def modules() -> list[str]:
    """List the modules of the code as paths below the repository."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "index")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    )


def file_of_tests(module: str) -> str:
    path = Path(module)
    name = path.stem.strip("_")
    return (Path("tests") / path.parent / f"test_{name}.py").as_posix()


@each_row("module", [module for module in modules() if module not in UNTESTED_ALONE])
def test_each_module_has_a_test_file_of_its_name(module: str) -> None:
    assert (ROOT / file_of_tests(module)).is_file(), file_of_tests(module)


@each_row("module", UNTESTED_ALONE)
def test_each_exception_is_still_one(module: str) -> None:
    assert (ROOT / module).is_file()
    assert not (ROOT / file_of_tests(module)).exists()


@pytest.mark.parametrize("folder", ["bot", "index", "tests"])
def test_no_file_is_too_long(folder: str) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / folder).rglob("*.py")}
    assert not {str(path): length for path, length in lengths.items() if length > LONGEST}


def test_no_package_has_one_module_only() -> None:
    packages = [path.parent for folder in ("bot", "index") for path in (ROOT / folder).rglob("__init__.py")]
    assert packages
    for package in packages:
        inside = [*package.glob("*.py"), *package.glob("*/__init__.py")]
        assert len(inside) > 2, package  # with its own `__init__.py`
