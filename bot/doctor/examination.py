"""Examination of everything that Footnote needs, one check after the other, each with its remedy."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bot.config import BotConfig
from bot.discord.account.token import FILE_VARIABLE, VARIABLE, is_configured
from bot.doctor.check import FAIL, OK, Check
from bot.doctor.library_checks import (
    examine_corpus,
    examine_encoder,
    examine_freshness,
    examine_index,
    examine_index_folder,
    examine_reader,
    examine_skipped,
)
from bot.doctor.store_checks import STANDBY, examine_store
from bot.remedies import remedy_for
from bot.wording import error_message
from index.errors import FootnoteError

_UPDATE = "Run `footnote index`"
_UPDATE_PRIMARY = "With the primary server in `[store] url`, run `footnote index`"


def examine(config: BotConfig, path: Path | None) -> Iterator[Check]:
    """Yield one check after the other; `path` is the configuration file, None if there is none."""
    source = str(path.absolute()) if path else f"no file found: the defaults, in {config.base}"
    yield Check("configuration", OK, source)
    store = [*_store(config)]  # first, as others wait for a database that is away
    checks = _examine(config, store)
    if any(check.check == STANDBY for check in store):
        checks = map(_on_primary, checks)
    yield from checks


def _examine(config: BotConfig, store: list[Check]) -> Iterator[Check]:
    away = [check.status for check in store] == [FAIL]
    examinations: tuple[tuple[str, Callable[[BotConfig], Check]], ...] = (
        ("corpus", examine_corpus),
        ("model", examine_encoder),
        *(() if away and config.named_reader else (("reader", examine_reader),)),
        ("index folder", examine_index_folder),
    )
    yield from (_run(name, examination, config) for name, examination in examinations)
    yield from store
    if config.writer.llm:
        from bot.doctor.writer_checks import NAME, SUPPORT, examine_language_model, examine_support_model

        yield _run(NAME, examine_language_model, config)
        yield _run(SUPPORT, examine_support_model, config)
    if not away:
        index = _run("index", examine_index, config)
        yield index
        if index.status == OK:  # otherwise that says enough
            yield _run("up to date", examine_freshness, config)
            yield from examine_skipped(config)
    yield from _discord(config, away=away)


def _on_primary(check: Check) -> Check:
    """Have an update done where it can be: not on a standby."""
    return replace(check, remedy=check.remedy.replace(_UPDATE, _UPDATE_PRIMARY))


def _run(name: str, examination: Callable[[BotConfig], Check], config: BotConfig) -> Check:
    try:
        return examination(config)
    except FootnoteError as error:
        return Check(name, FAIL, error.message, remedy_for(error))
    except OSError as error:
        return Check(
            name, FAIL, error_message(error), "Make it readable, or name another in the configuration."
        )


def _store(config: BotConfig) -> Iterator[Check]:
    try:
        url = config.store_url
    except FootnoteError as error:
        yield Check("database", FAIL, error.message, remedy_for(error))
        return
    if url is not None:
        yield from examine_store(config, url)


def _discord(config: BotConfig, *, away: bool) -> Iterator[Check]:
    if config.metrics.listen:
        from bot.doctor.discord_checks import examine_metrics

        yield examine_metrics(config)
    if config.web.listen:
        from bot.doctor.discord_checks import examine_address

        yield examine_address("web", config.web.listen)
    if not is_configured(os.environ):  # most people ask in a terminal: nothing is missing
        yield Check("discord", OK, f"no bot set up: {VARIABLE} and {FILE_VARIABLE} are not set")
        return
    from bot.doctor.discord_checks import examine_discord, examine_feedback

    if not away:
        yield examine_feedback(config)
    yield from examine_discord(config)
