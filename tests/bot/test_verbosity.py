"""Other packages are shown less than the library, and the library less than the front ends."""

import logging
from collections.abc import Iterator

import pytest

from bot.verbosity import DEBUG, NORMAL, QUIET, VERBOSE, set_levels


@pytest.fixture(autouse=True)
def normal_again() -> Iterator[None]:
    yield
    set_levels(NORMAL)


@pytest.mark.parametrize(
    ("verbosity", "levels"),
    [
        (QUIET, ("ERROR", "ERROR", "CRITICAL")),
        (NORMAL, ("INFO", "WARNING", "CRITICAL")),
        (VERBOSE, ("DEBUG", "INFO", "WARNING")),
        (DEBUG, ("DEBUG", "DEBUG", "INFO")),
        (DEBUG + 3, ("DEBUG", "DEBUG", "INFO")),
        (QUIET - 1, ("ERROR", "ERROR", "CRITICAL")),
    ],
)
def test_levels(verbosity: int, levels: tuple[str, str, str]) -> None:
    set_levels(verbosity)
    loggers = (logging.getLogger("bot.any"), logging.getLogger("index.any"), logging.getLogger("other"))
    assert tuple(logging.getLevelName(logger.getEffectiveLevel()) for logger in loggers) == levels
