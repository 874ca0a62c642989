"""Which addresses may be asked for."""

import socket
from typing import Any

import pytest
from yarl import URL

from index.errors import IngestionError, Reason
from index.ingestion.addresses import is_public, resolve, web_address
from tests.support.tables import each_row

PRIVATE = """
    0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.8.8.8 168.63.129.16 169.254.169.254 172.16.0.1
    192.0.0.192 192.168.1.1 198.18.0.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1
    2001::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
    ff02::1
""".split()


@each_row("address", PRIVATE)
def test_what_is_not_on_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(address)
    host = f"[{address}]" if ":" in address else address
    if "%" not in address:
        with pytest.raises(IngestionError) as raised:
            resolve(URL.build(scheme="http", authority=host), ["example.org"])
        assert raised.value.reason is Reason.HOST_NOT_PUBLIC or "no host" in raised.value.message


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "2a00:1450::1"])
def test_the_public_internet_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost", "LOCALHOST"])
def test_another_spelling_of_this_machine_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def loopback(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", loopback)  # as the system reads all of these
    with pytest.raises(IngestionError, match="not on the public internet"):
        resolve(web_address(f"http://{host}/"))


def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(IngestionError, match="not on the public internet"):
        resolve(web_address("http://example.org/"))
    assert resolve(web_address("http://example.org/"), ["Example.org"]) == ["8.8.8.8", "10.0.0.1"]


@pytest.mark.parametrize(
    "address",
    ["", "x", "/etc/passwd", "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "http://",
     "http:///x", "javascript:alert(1)", "data:text/html,x", "http://[::1/", "http://example.org:99999/"],
)  # fmt: skip
def test_only_web_addresses_are_asked_for(address: str) -> None:
    with pytest.raises(IngestionError):
        web_address(address)


@pytest.mark.parametrize(
    "address", ["http://me@example.org/", "https://me:secret@example.org/", "http://:x@a.org/"]
)
def test_an_address_with_a_password_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(IngestionError, match="user name or password") as raised:
        web_address(address)
    assert "secret" not in raised.value.message


def test_an_address_is_read_relative_to_another() -> None:
    assert str(web_address(" ../b?c=1#d ", URL("https://example.org/a/x"))) == "https://example.org/b?c=1"
    with pytest.raises(IngestionError):
        web_address("file:///etc/passwd", URL("https://example.org/a/x"))


def test_an_address_that_no_server_takes_is_refused() -> None:
    with pytest.raises(IngestionError, match="too long"):
        web_address("https://example.org/?" + "a" * 8_000)
