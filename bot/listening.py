"""Listening at an address of this machine that the configuration names as "host:port"."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.wording import error_message
from index.errors import ConfigurationError


@asynccontextmanager
async def listening(
    application: web.Application, listen: str, key: str, *, grace: float = 1.0
) -> AsyncIterator[str]:
    """Serve an application at `listen` until the block ends, and `grace` seconds more for open requests.

    Yields the address, with the actual port if `listen` has 0. Raises ConfigurationError, which names `key`,
    if nothing can listen there.
    """
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=grace)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, *host_and_port(listen)).start()
        except (OSError, OverflowError, ValueError) as error:
            raise ConfigurationError(f"{key}: {listen}: {reason_not_listening(error)}") from error
        yield f"{listen.rpartition(':')[0]}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def check_address(listen: str, key: str) -> None:
    """Listen at an address for a moment. Raises ConfigurationError as `listening` does."""
    async with listening(web.Application(), listen, key):
        pass


def host_and_port(listen: str) -> tuple[str, int]:
    """Split "host:port"; an IPv6 address stands in brackets. Raises ValueError."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def reason_not_listening(error: Exception) -> str:
    """Return in a few words why nothing can listen at an address."""
    if isinstance(error, OSError):
        words = error.strerror if error.errno else ""
        # asyncio puts its own sentence before the system's words.
        return words.rpartition(": ")[2].rstrip(")").lower() if words else error_message(error)
    return "expected a host and a port from 0 to 65535"
