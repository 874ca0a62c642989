"""Settings that discord.py keeps for the whole process: the only place of the bot that changes them.

discord.py offers no argument for the address of the API or of the gateway; both are class attributes. Two
bots of one process can therefore not talk to different Discords.
"""

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import DiscordSection, is_encrypted_or_local
from index.errors import ConfigurationError


def api_base() -> str:
    """Return the address of the HTTP API that requests go to."""
    return Route.BASE


def use_api(address: str) -> None:
    """Send all requests to the HTTP API at `address` from now on, and never warn of missing voice support."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    Route.BASE = address


def use_gateway(address: str) -> None:
    """Connect to the gateway at `address` from now on, unless the API names another one."""
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)


async def use_gateway_of_api(client: discord.Client) -> None:
    """Connect to the gateway that the API names, if the API is not Discord's own.

    discord.py asks the API only if the number of shards is not configured, and goes to Discord's own gateway
    whenever a session cannot be resumed. Raises ConfigurationError if the token would go there unencrypted.
    """
    if api_base() != DiscordSection().api_base:
        _, address, _ = await client.http.get_bot_gateway()
        if not is_encrypted_or_local(address):
            host = yarl.URL(address).host
            raise ConfigurationError(
                f"discord.api_base: expected a gateway with wss://; it names ws:// at {host}, "
                "and others could read the token"
            )
        use_gateway(address)
