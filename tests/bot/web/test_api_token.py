import pytest

from bot.web.api_token import VARIABLE, take_web_token
from index.errors import ConfigurationError

TOKEN = "sixteen-letters-or-more"  # noqa: S105


def test_the_token_is_taken_out_of_the_environment() -> None:
    environment = {VARIABLE: f" {TOKEN}\n", "HOME": "/"}
    assert take_web_token(environment) == TOKEN
    assert environment == {"HOME": "/"}
    assert take_web_token(environment) == ""


@pytest.mark.parametrize("token", ["short", "with white space in it", "ümlaut-ümlaut-ümlaut", "a" * 600])
def test_what_no_header_can_hold_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        take_web_token({VARIABLE: token})
    assert VARIABLE in caught.value.message
    assert token not in caught.value.message
