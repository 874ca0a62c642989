"""Registration of the commands with Discord: on request, and when they changed since the last time."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import discord

from bot.discord.account.login import is_temporary, unreachable_message
from bot.files import write_atomically
from bot.telemetry.log_format import fields
from bot.wording import error_message
from index.errors import FootnoteError

EVERYWHERE = "everywhere"
REGISTRATION_FILE = "synced.json"
REGISTRATION_TIMEOUT = 20.0
"""Seconds by which the bot's start may be delayed; a rate limit may ask for hours."""

Definitions = Sequence[Mapping[str, Any]]

log = logging.getLogger(__name__)


def digest(definitions: Definitions) -> str:
    """Return a hash of commands, as they are sent to Discord."""
    text = json.dumps(list(definitions), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def register_commands(
    client: discord.Client, definitions: Definitions, folder: Path, place: str
) -> None:
    """Register commands EVERYWHERE or in the server of the id `place`, and remember so in `folder`.

    Registered everywhere, servers lose those that were registered in them: nobody sees a command twice.
    Raises FootnoteError if Discord refuses, and what discord.py raises if it cannot be reached.
    """
    application = _application(client)
    try:
        await _put(client, application, place, definitions)
    except discord.HTTPException as error:
        if error.status >= 500 or error.status == 429:
            raise
        raise FootnoteError(f"Discord refuses the commands: {_why(error, place)}") from error
    log.info("commands registered", extra=fields(place=place, commands=len(definitions)))
    known = _registered(folder, application)
    known[place] = digest(definitions)
    if place == EVERYWHERE:
        for server in [server for server in known if server != EVERYWHERE]:
            try:
                await _put(client, application, server, ())
            except (discord.NotFound, discord.Forbidden):
                log.debug("The bot is no longer in server %s.", server)
            del known[server]
    _record(folder, application, known)


async def register_changed_commands(
    client: discord.Client, definitions: Definitions, folder: Path, timeout: float = REGISTRATION_TIMEOUT
) -> None:
    """Register commands where other ones were registered last; everywhere if that is not known.

    A failure is only a warning: people can use the commands as they were.
    """
    current = digest(definitions)
    known = _registered(folder, _application(client)) or {EVERYWHERE: ""}
    for place in [place for place, last_digest in known.items() if last_digest != current]:
        try:
            async with asyncio.timeout(timeout):
                await register_commands(client, definitions, folder, place)
        except Exception as error:
            log.warning("commands not registered: %s", _describe(error), extra=fields(place=place))


def _application(client: discord.Client) -> int:
    if client.application_id is None:
        raise discord.MissingApplicationID  # not logged in
    return client.application_id


async def _put(client: discord.Client, application: int, place: str, definitions: Definitions) -> None:
    payload = [dict(definition) for definition in definitions]
    if place == EVERYWHERE:
        await client.http.bulk_upsert_global_commands(application, payload=payload)
    else:
        await client.http.bulk_upsert_guild_commands(application, int(place), payload=payload)


def _why(error: discord.HTTPException, place: str) -> str:
    if place != EVERYWHERE and isinstance(error, discord.Forbidden | discord.NotFound):
        return f"the bot is not in server {place}, or was invited without the scope applications.commands"
    return f"{error.status}, code {error.code}: {error.text}"


def _describe(error: Exception) -> str:
    if isinstance(error, FootnoteError):
        return error.message
    return unreachable_message(error) if is_temporary(error) else error_message(error)


def _registered(folder: Path, application: int) -> dict[str, str]:
    """Return the digest of the registered commands by place; nothing if that cannot be read."""
    digests = _read(folder).get(str(application))
    if not isinstance(digests, dict):
        return {}
    places = {EVERYWHERE: digests.get(EVERYWHERE)} | {
        place: digests[place] for place in digests if place.isdecimal()
    }
    return {place: value for place, value in places.items() if isinstance(value, str)}


def _read(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / REGISTRATION_FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _record(folder: Path, application: int, known: dict[str, str]) -> None:
    """Write down what is registered; if that fails, the next start registers it again."""
    text = json.dumps(_read(folder) | {str(application): known}, indent=1, sort_keys=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / REGISTRATION_FILE, f"{text}\n".encode())
    except OSError as error:
        log.warning("%s", error_message(error))
