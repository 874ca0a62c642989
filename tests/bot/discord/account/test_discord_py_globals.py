"""Where requests and sessions go: changed in one place, and restored after a test."""

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import DiscordSection
from bot.discord.account.discord_py_globals import (
    api_base,
    use_api,
    use_gateway,
    use_gateway_of_api,
)
from index.errors import ConfigurationError
from tests.fake_discord import FakeDiscord
from tests.support.discord_addresses import restore_on_exit
from tests.support.small_client import SmallClient

ELSEWHERE = "http://127.0.0.1:9/api/v10"


def test_requests_go_where_they_are_sent_until_the_block_ends() -> None:
    before = api_base(), DiscordWebSocket.DEFAULT_GATEWAY
    with restore_on_exit():
        use_api(ELSEWHERE)
        use_gateway("ws://127.0.0.1:9")
        assert Route("GET", "/users/@me").url == f"{ELSEWHERE}/users/@me"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:9"
    assert (api_base(), DiscordWebSocket.DEFAULT_GATEWAY) == before


def test_discord_py_goes_where_the_default_configuration_says() -> None:
    assert api_base() == DiscordSection().api_base


async def test_another_discord_names_its_own_gateway(discord: FakeDiscord) -> None:
    client = SmallClient(discord)
    await client.login(discord.token)
    use_gateway("ws://127.0.0.1:9")
    await use_gateway_of_api(client)
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == discord.gateway_url
    await client.close()


async def test_a_gateway_that_others_could_read_gets_no_token(
    discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = SmallClient(discord)
    await client.login(discord.token)

    async def name_unencrypted_gateway() -> tuple[int, str, dict[str, int]]:
        return 1, "ws://gateway.example.org?v=10", {}

    monkeypatch.setattr(client.http, "get_bot_gateway", name_unencrypted_gateway)
    with pytest.raises(ConfigurationError, match=r"wss://; it names ws:// at gateway.example"):
        await use_gateway_of_api(client)
    await client.close()
