"""Logging in over HTTP, without the gateway; and which of Discord's refusals no second try will mend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import discord

from bot.discord.account.discord_py_globals import api_base as current_api_base
from bot.discord.account.discord_py_globals import use_api
from bot.discord.account.token import WHERE
from index.errors import ConfigurationError

PATIENCE = 15.0  # seconds for Discord to say who the bot is, discord.py's own tries included

_LONGEST_WAIT = 30.0  # seconds that a rate limit may ask for; a longer one is an error

_REFUSED_TOKEN = f"Discord refused the bot's token; make a new one ({WHERE})"

# What Discord says when it closes the gateway for good: https://docs.discord.com/developers/topics/opcodes-and-status-codes
_CLOSED_FOR_GOOD = {
    4004: _REFUSED_TOKEN,
    4010: "discord.shard_ids: Discord knows no such shard (close code 4010)",
    4011: "discord.shard_count: the bot is in too many servers for so few shards (close code 4011); "
    "leave the key out, and Discord's advice is followed",
    4012: "discord.api_base: the gateway does not speak version 10 (close code 4012)",
    4013: "Discord calls the bot's intents invalid (close code 4013); a newer version may know better",
    4014: "Discord refuses the bot's intents (close code 4014); none of them is privileged, so look at the "
    "application's state in the developer portal",
}


@asynccontextmanager
async def visitor(token: str, api_base: str) -> AsyncIterator[discord.Client]:
    """Yield a client that is logged in and never connects to the gateway.

    Raises ConfigurationError where Discord refuses, and what `is_passing` knows where it cannot be reached.
    """
    use_api(api_base)
    client = discord.Client(
        intents=discord.Intents(guilds=True),  # else discord.py warns of it
        max_ratelimit_timeout=_LONGEST_WAIT,
    )
    try:
        try:
            async with asyncio.timeout(PATIENCE):
                await client.login(token)
        except Exception as error:
            if refused := refusal(error):
                raise refused from None
            if isinstance(error, TypeError | LookupError | ValueError) and not is_passing(error):
                raise _not_discord(f"answers, but not as Discord does, at {api_base}") from error
            raise
        yield client
    finally:
        await client.close()


def refusal(error: BaseException) -> ConfigurationError | None:
    """Return the error in words if the same request would be refused again and again, else None.

    Of what HTTP answers only 401 and 404 are such: other refusals may be those of a proxy on the way.
    """
    if isinstance(error, discord.LoginFailure) or _status(error) == HTTPStatus.UNAUTHORIZED:
        return ConfigurationError(_REFUSED_TOKEN)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ConfigurationError(_CLOSED_FOR_GOOD[4014])
    if isinstance(error, discord.ConnectionClosed) and error.code in _CLOSED_FOR_GOOD:
        return ConfigurationError(_CLOSED_FOR_GOOD[error.code])
    if _status(error) == HTTPStatus.NOT_FOUND:
        return _not_discord(f"answers 404 at {current_api_base()}")
    return None


def is_passing(error: BaseException) -> bool:
    """Say whether an error may be gone at the next try: the network's, or Discord's own trouble."""
    if (status := _status(error)) is not None:
        return status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
    kinds = (OSError, aiohttp.ClientError, TimeoutError, discord.GatewayNotFound, discord.RateLimited)
    return isinstance(error, kinds)


def out_of_reach(error: BaseException) -> str:
    """Return, in one line, an error that `is_passing`."""
    why = "it did not answer in time" if isinstance(error, TimeoutError) and not str(error) else str(error)
    kind = "" if isinstance(error, TimeoutError) else f"{type(error).__name__}: "
    return f"Discord cannot be reached: {kind}{' '.join(why.split())}".rstrip(": ")


def _status(error: BaseException) -> int | None:
    return error.status if isinstance(error, discord.HTTPException) else None


def _not_discord(found: str) -> ConfigurationError:
    return ConfigurationError(f"discord.api_base: expected Discord's API or one like it; it {found}")
