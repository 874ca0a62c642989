"""Addresses of Discord that discord.py keeps for the whole process, restored after a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from discord.gateway import DiscordWebSocket
from discord.http import Route


@contextmanager
def restore_on_exit() -> Iterator[None]:
    """Restore the addresses of the API and of the gateway when the block ends, whatever was set in it."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
