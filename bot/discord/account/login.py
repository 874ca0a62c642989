"""Logins over HTTP, without the gateway; and which of Discord's refusals no second attempt will change."""

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

LOGIN_TIMEOUT = 15.0
"""Seconds for Discord to say who the bot is, discord.py's own attempts included."""

_LONGEST_RATE_LIMIT = 30.0  # seconds; a longer one is an error

_REFUSED_TOKEN = f"Discord refused the bot's token; make a new one ({WHERE})"

# What the codes mean with which Discord closes the gateway for good: https://docs.discord.com/developers/topics/opcodes-and-status-codes
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
async def logged_in_client(token: str, api_base: str) -> AsyncIterator[discord.Client]:
    """Yield a client that is logged in and never connects to the gateway.

    Raises ConfigurationError if Discord refuses, and an error that `is_temporary` if it cannot be reached.
    """
    use_api(api_base)
    client = discord.Client(
        intents=discord.Intents(guilds=True),  # without that one discord.py warns
        max_ratelimit_timeout=_LONGEST_RATE_LIMIT,
    )
    try:
        try:
            async with asyncio.timeout(LOGIN_TIMEOUT):
                await client.login(token)
        except Exception as error:
            if refused := refusal(error):
                raise refused from None
            if isinstance(error, TypeError | LookupError | ValueError) and not is_temporary(error):
                raise _not_discord(f"answers, but not as Discord does, at {api_base}") from error
            raise
        yield client
    finally:
        await client.close()


def refusal(error: BaseException) -> ConfigurationError | None:
    """Return the error to report if the same request would always be refused, else None.

    Of the HTTP statuses that is so for 401 and 404 only: others may be a proxy's on the way.
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


def is_temporary(error: BaseException) -> bool:
    """Tell whether an error of the network or of Discord may not occur at the next attempt."""
    if (status := _status(error)) is not None:
        return status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
    temporary = (OSError, aiohttp.ClientError, TimeoutError, discord.GatewayNotFound, discord.RateLimited)
    return isinstance(error, temporary)


def unreachable_message(error: BaseException) -> str:
    """Describe an error that `is_temporary` in one line."""
    why = "it did not answer in time" if isinstance(error, TimeoutError) and not str(error) else str(error)
    kind = "" if isinstance(error, TimeoutError) else f"{type(error).__name__}: "
    return f"Discord cannot be reached: {kind}{' '.join(why.split())}".rstrip(": ")


def _status(error: BaseException) -> int | None:
    return error.status if isinstance(error, discord.HTTPException) else None


def _not_discord(description: str) -> ConfigurationError:
    return ConfigurationError(f"discord.api_base: expected Discord's API or one like it; it {description}")
