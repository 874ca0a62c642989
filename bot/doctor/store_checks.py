"""Checks of the database that holds the library, if one does: can it be reached, read and written."""

from collections.abc import Iterator

from bot.config import BotConfig
from bot.doctor.check import FAIL, OK, WARN, Check
from bot.remedies import UPDATE, remedy_for
from index.errors import FootnoteError
from index.storage.published import store_of

_CREATE_EXTENSION = "Let an administrator of the database run: CREATE EXTENSION vector"
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
    if not health.writes:
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
