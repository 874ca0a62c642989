"""Checks of the database that holds the library, if one does: can it be reached, read and written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.config import BotConfig
from bot.doctor.check import FAIL, OK, WARN, Check
from bot.remedies import UPDATE, remedy_for, remedy_of
from bot.wording import count_with_noun
from index.errors import FootnoteError, Reason
from index.storage.published import store_of

if TYPE_CHECKING:
    from index.storage.postgres.health import StandbyState

STANDBY = "standby"
"""Name of the check that there is only for a standby."""

_CREATE_EXTENSION = "Let an administrator of the database run: CREATE EXTENSION vector"
_RESUME = "Let an administrator of the standby run: SELECT pg_wal_replay_resume()"
_NO_ADMINISTRATOR = (
    "Connect as a user of its own: for an administrator, row-level security keeps no server's articles apart."
)


def examine_store(config: BotConfig, url: str) -> Iterator[Check]:
    """Yield the checks of a database: connection, versions, rights, schema, indexes."""
    try:
        store = store_of(config, url)
        from index.storage.postgres.health import LEAST_SERVER, examine
        from index.storage.postgres.schema import VERSION

        health = examine(store, config.tenant)
    except FootnoteError as error:
        yield Check("database", FAIL, error.message, remedy_for(error))
        return
    about = f"PostgreSQL {health.server}, as {health.user}"
    if health.server_number < LEAST_SERVER:
        yield Check("database", FAIL, f"{about}: too old", "PostgreSQL 14 or later is needed.")
    else:
        yield Check("database", OK, about)
    if health.pgvector is None:
        yield Check("pgvector", FAIL, "the database lacks the extension pgvector", _CREATE_EXTENSION)
    elif not health.pgvector_fits:
        remedy = "Install 0.8 or later, then run: ALTER EXTENSION vector UPDATE"
        yield Check("pgvector", FAIL, f"{health.pgvector}: too old", remedy)
    else:
        yield Check("pgvector", OK, health.pgvector)
    if health.standby is not None:
        yield examine_standby(health.standby, answers_only=config.answers_only)
    elif not health.writes:
        detail = f"{health.user} may only read, or the database is read-only"
        yield Check("rights", WARN, detail, "Questions are answered; `footnote index` needs to write.")
    elif health.sees_all:
        yield Check("rights", WARN, f"{health.user} is an administrator", _NO_ADMINISTRATOR)
    else:
        yield Check("rights", OK, f"{health.user} may read and write")
    if health.schema is None:
        yield Check("schema", WARN, "there is no library in the database", UPDATE)
        return
    if health.schema > VERSION:
        detail = f"version {health.schema} of a newer Footnote, here {VERSION}"
        yield Check("schema", FAIL, detail, "Update Footnote on this machine.")
    elif health.schema < VERSION:
        detail = f"version {health.schema} of an older Footnote, here {VERSION}"
        yield Check("schema", WARN, detail, "Run `footnote index`: it brings the schema up to date.")
    else:
        yield Check("schema", OK, f"version {health.schema}")
    if wrong := [*health.broken, *health.missing]:
        detail = f"not whole: {', '.join(wrong)}"
        yield Check("search indexes", WARN, detail, f"Questions are slower meanwhile. {UPDATE}")
    else:
        yield Check("search indexes", OK, "whole")


def examine_standby(standby: "StandbyState", *, answers_only: bool) -> Check:
    """Say how far a standby is behind; a machine that adds articles needs its primary server."""
    if standby.behind is None:
        detail = "read-only; it receives no changes by streaming"
    elif standby.behind:
        detail = f"read-only, {count_with_noun(standby.behind, 'byte')} behind what it has received"
    else:
        detail = "read-only, with all changes that it has received"
    if standby.latest:
        detail += f", the latest of {standby.latest}"
    if standby.paused:
        return Check(STANDBY, WARN, f"{detail}; replay is paused", _RESUME)
    if not answers_only:
        return Check(STANDBY, WARN, detail, remedy_of(Reason.STORE_STANDBY))
    return Check(STANDBY, OK, detail)
