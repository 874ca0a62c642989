"""Tells Discord which commands there are: when asked to, and when they changed since it was last told."""

import asyncio
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import discord

from bot.discord.account.login import is_passing, out_of_reach
from bot.discord.telemetry.log_format import fields
from bot.wording import in_words
from index.errors import FootnoteError

EVERYWHERE = "everywhere"
FILE = "synced.json"
_PATIENCE = 20.0  # seconds that the bot's start may be held up

Definitions = Sequence[Mapping[str, Any]]

log = logging.getLogger(__name__)


def digest(definitions: Definitions) -> str:
    """Return a hash of commands, as they are sent to Discord."""
    text = json.dumps(list(definitions), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def sync(client: discord.Client, definitions: Definitions, folder: Path, place: str) -> None:
    """Register commands EVERYWHERE or in the server of the id `place`, and remember so in `folder`.

    Registered everywhere, servers lose those that were registered in them: nobody sees a command twice.
    Raises FootnoteError where Discord refuses, and what discord.py raises where it cannot be reached.
    """
    application = _application(client)
    try:
        await _put(client, application, place, definitions)
    except discord.HTTPException as error:
        if error.status >= 500 or error.status == 429:
            raise
        raise FootnoteError(f"Discord refuses the commands: {_why(error, place)}") from error
    log.info("commands registered", extra=fields(place=place, commands=len(definitions)))
    known = _recorded(folder, application)
    known[place] = digest(definitions)
    if place == EVERYWHERE:
        for server in [server for server in known if server != EVERYWHERE]:
            try:
                await _put(client, application, server, ())
            except (discord.NotFound, discord.Forbidden):
                log.debug("The bot is no longer in server %s.", server)
            del known[server]
    _record(folder, application, known)


async def sync_changed(client: discord.Client, definitions: Definitions, folder: Path) -> None:
    """Register commands where others were registered last; everywhere if that is not known.

    What goes wrong is a warning: people can use the commands as they were.
    """
    wanted = digest(definitions)
    known = _recorded(folder, _application(client)) or {EVERYWHERE: ""}
    for place in [place for place, found in known.items() if found != wanted]:
        try:
            async with asyncio.timeout(_PATIENCE):  # a rate limit may ask for hours
                await sync(client, definitions, folder, place)
        except Exception as error:
            log.warning("commands not registered: %s", _words(error), extra=fields(place=place))


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


def _words(error: Exception) -> str:
    if isinstance(error, FootnoteError):
        return error.message
    return out_of_reach(error) if is_passing(error) else in_words(error)


def _recorded(folder: Path, application: int) -> dict[str, str]:
    """Return the digest of what is registered by place; none if that cannot be read."""
    found = _read(folder).get(str(application))
    if not isinstance(found, dict):
        return {}
    places = {EVERYWHERE: found.get(EVERYWHERE)} | {
        place: found[place] for place in found if place.isdecimal()
    }
    return {place: value for place, value in places.items() if isinstance(value, str)}


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _record(folder: Path, application: int, known: dict[str, str]) -> None:
    """Write down what is registered; where that fails, the next start registers once more."""
    text = json.dumps(_read(folder) | {str(application): known}, indent=1, sort_keys=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=folder, prefix=FILE, delete=False, encoding="ascii"
        ) as file:
            file.write(text + "\n")
        os.replace(file.name, folder / FILE)  # noqa: PTH105 - in one step, so that it is never half
    except OSError as error:
        log.warning("%s", in_words(error))
