import socket

import pytest
from aiohttp import web

from bot.listening import listening
from index.errors import ConfigurationError


@pytest.mark.parametrize(
    ("listen", "why"),
    [
        ("127.0.0.1:99999", "port from 0 to 65535"),
        ("no.such.host.invalid:9464", "no.such.host.invalid:9464: "),
        ("192.0.2.1:9464", "cannot assign requested address"),
    ],
)
async def test_an_address_that_cannot_be_is_one_line(listen: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        async with listening(web.Application(), listen, "metrics.listen"):
            pass
    assert caught.value.message.startswith(f"metrics.listen: {listen}: ")
    assert why in caught.value.message
    assert "\n" not in caught.value.message


async def test_an_address_that_is_taken_is_free_afterwards() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match="address already in use"):
            async with listening(web.Application(), listen, "metrics.listen"):
                pass
    for _ in range(2):
        async with listening(web.Application(), listen, "metrics.listen") as address:
            assert address == listen
