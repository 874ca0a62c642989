"""Logins without the gateway, and which of Discord's refusals a second attempt may change."""

from unittest.mock import MagicMock

import aiohttp
import discord as discord_py
import pytest

from bot.discord.account.login import is_temporary, logged_in_client, refusal, unreachable_message
from index.errors import ConfigurationError
from tests.fake_discord import FakeDiscord


def http_error(status: int) -> discord_py.HTTPException:
    return discord_py.HTTPException(MagicMock(status=status, reason="because"), "words")


async def test_a_client_is_logged_in_and_never_connected(discord: FakeDiscord) -> None:
    async with logged_in_client(discord.token, discord.api_base) as client:
        assert client.application_id == discord.world.application_id
    assert client.is_closed()
    assert discord.gateway.identified == []


async def test_a_token_that_discord_refuses_is_a_matter_of_configuration(discord: FakeDiscord) -> None:
    discord.expect(0)
    with pytest.raises(ConfigurationError, match="refused the bot's token"):
        async with logged_in_client("wrong", discord.api_base):
            pass


@pytest.mark.parametrize("status", [403, 408, 429, 500, 503])
def test_other_statuses_than_401_and_404_may_change(status: int) -> None:
    assert refusal(http_error(status)) is None
    assert is_temporary(http_error(status))


@pytest.mark.parametrize("status", [401, 404])
def test_these_never_change(status: int) -> None:
    assert isinstance(refusal(http_error(status)), ConfigurationError)
    assert not is_temporary(http_error(status))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TimeoutError(), "Discord cannot be reached: it did not answer in time"),
        (OSError("no\nroute"), "Discord cannot be reached: OSError: no route"),
        (aiohttp.ClientError(), "Discord cannot be reached: ClientError"),
    ],
)
def test_trouble_on_the_way_is_temporary_and_one_line(error: Exception, message: str) -> None:
    assert is_temporary(error)
    assert unreachable_message(error) == message


def test_an_error_of_the_bot_itself_is_neither() -> None:
    assert refusal(ZeroDivisionError()) is None
    assert not is_temporary(ZeroDivisionError())
