"""Addresses on the web: which may be asked for at all, and which machines of the network they may lead to."""

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

from index.errors import IngestionError, Reason

_NOT_PUBLIC = (
    IPv4Network("168.63.129.16/32"),  # Azure's metadata and other services
    IPv4Network("192.0.0.0/24"),  # protocols, and Oracle's metadata
    IPv6Network("2001::/23"),  # Teredo, with an IPv4 address inside, and other protocols
    IPv6Network("2002::/16"),  # 6to4, likewise
)
_LONGEST = 8_000  # code points; servers hardly take more
_PUBLIC_IPV6 = IPv6Network("2000::/3")  # all others are local, or hold IPv4 addresses, as ::ffff:127.0.0.1


def web_address(text: str, base: URL | None = None) -> URL:
    """Return an http(s) address without its fragment, relative to `base` if there is one.

    Raises IngestionError for any other, and for one with a user name or password in it.
    """
    try:
        url = URL(text.strip()) if base is None else base.join(URL(text.strip()))
        host = url.host
    except ValueError:
        host = None
    if not host or url.scheme not in ("http", "https"):
        raise IngestionError("is no http(s) address")
    if len(str(url)) > _LONGEST:
        raise IngestionError("is too long an address")
    if url.user is not None or url.password is not None:
        raise IngestionError("has a user name or password in it")
    return url.with_fragment(None)


def resolve(url: URL, allow_hosts: Collection[str] = ()) -> list[str]:
    """Return the network addresses of the host of `url`, of which any may be connected to.

    Raises IngestionError if there is none, or if one is not on the public internet, unless the host is one of
    `allow_hosts`.
    """
    host = url.raw_host or ""
    try:
        found = socket.getaddrinfo(host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise IngestionError(f"there is no host {url.host}") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not is_allowed(url, allow_hosts):
        for address in addresses:
            if not is_public(address):
                raise IngestionError(
                    f"{url.host} is not on the public internet", reason=Reason.HOST_NOT_PUBLIC
                )
    return addresses


def is_allowed(url: URL, allow_hosts: Collection[str]) -> bool:
    """Tell whether the host of an address is one of `allow_hosts`, in capitals or not."""
    return not {url.raw_host, url.host}.isdisjoint(name.lower() for name in allow_hosts)


def is_public(address: str) -> bool:
    """Tell whether a network address is a machine's on the public internet, and not one inside another."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:  # "fe80::1%eth0"
        return False
    if any(found in network for network in _NOT_PUBLIC if network.version == found.version):
        return False
    if isinstance(found, IPv6Address) and found not in _PUBLIC_IPV6:
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved
