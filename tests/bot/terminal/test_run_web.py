"""What `footnote serve` refuses; tests/bot/web/test_running.py runs it."""

import socket

import pytest

from bot.web.api_token import VARIABLE
from tests.support.homes import Home


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1", "127.0.0.1:99999", "a b:80", "http://127.0.0.1:80"])
def test_what_is_no_address_is_wrong_usage(bare: Home, listen: str) -> None:
    run = bare.footnote("serve", "--listen", listen)
    assert run.code == 2
    assert "expected HOST:PORT" in run.err


def test_a_taken_address_is_one_line(bare: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        run = bare.footnote("serve", "--listen", listen)
    assert (run.code, run.err) == (78, f"error: --listen: {listen}: address already in use\n")


def test_a_token_that_cannot_be_is_named_but_not_shown(bare: Home) -> None:
    run = bare.footnote("serve", **{VARIABLE: "too short"})
    assert run.code == 78
    assert VARIABLE in run.err
    assert "too short" not in run.err


def test_a_token_in_the_file_is_refused(bare: Home) -> None:
    bare.config.write_text('[web]\ntoken = "0123456789abcdef"\n', "utf-8")
    run = bare.footnote("serve")
    assert run.code == 78
    assert "the token comes from FOOTNOTE_WEB_TOKEN, never from this file" in run.err


@pytest.mark.parametrize(
    "value", ['listen = "8080"', 'public_url = "example.org"', "questions_per_minute = -1"]
)
def test_a_wrong_value_is_one_line(bare: Home, value: str) -> None:
    bare.config.write_text(f"[web]\n{value}\n", "utf-8")
    run = bare.footnote("serve")
    assert run.code == 78
    assert f"web.{value.split()[0]}" in run.err
    assert run.err.count("\n") == 1
