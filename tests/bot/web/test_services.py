import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.services import TokenError, TooFastError, asker
from tests.support.reading_rooms import Rooms

TOKEN = "0123456789abcdef"  # noqa: S105


class Transport:
    def __init__(self, peer: str) -> None:
        self.peer = peer

    def get_extra_info(self, name: str) -> object:
        return (self.peer, 1) if name == "peername" else None


@pytest.mark.parametrize(
    ("peer", "forwarded", "same_as"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("::1", "[2001:db8::7]", "2001:db8::8"),  # of one network
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody else is believed
        ("127.0.0.1", "203.0.113.7:5555", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::7]:5555", "2001:db8::8"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("::ffff:203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("::ffff:127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("", "", ""),
    ],
)
def test_who_asks_is_the_address_or_what_a_proxy_here_says(peer: str, forwarded: str, same_as: str) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    asked = make_mocked_request("GET", "/", headers=headers, transport=Transport(peer))
    assert asker(asked) == asker(make_mocked_request("GET", "/", transport=Transport(same_as)))


def test_each_address_counts_for_itself() -> None:
    peers = (
        "203.0.113.7",
        "203.0.113.8",
        "::ffff:203.0.113.9",
        "2001:db8::7",
        "2001:db8:0:1::7",
        "127.0.0.1",
    )
    numbers = {asker(make_mocked_request("GET", "/", transport=Transport(peer))) for peer in peers}
    assert len(numbers) == len(peers)


async def test_questions_and_pages_are_counted_apart(rooms: Rooms) -> None:
    services = (await rooms.open(questions_per_minute=2)).services
    request = make_mocked_request("GET", "/", transport=Transport("203.0.113.7"))
    for _ in range(2):
        services.count_question(request)
    with pytest.raises(TooFastError) as caught:
        services.count_question(request)
    assert caught.value.retry_after == pytest.approx(30, abs=1)
    for _ in range(12):
        services.count_reading(request)
    with pytest.raises(TooFastError):
        services.count_reading(request)
    services.count_question(make_mocked_request("GET", "/", transport=Transport("203.0.113.8")))


async def test_all_addresses_together_have_a_limit(rooms: Rooms) -> None:
    services = (await rooms.open(all_questions_per_minute=3)).services
    for last in range(3):
        services.count_question(make_mocked_request("GET", "/", transport=Transport(f"203.0.113.{last}")))
    with pytest.raises(TooFastError):
        services.count_question(make_mocked_request("GET", "/", transport=Transport("203.0.113.9")))


async def test_the_token_is_not_shown(rooms: Rooms) -> None:
    services = (await rooms.open(token=TOKEN)).services
    assert TOKEN not in repr(services)
    with pytest.raises(TokenError):
        services.check_token(make_mocked_request("GET", "/"))
    services.check_token(make_mocked_request("GET", "/", headers={"Authorization": f"Bearer {TOKEN}"}))
