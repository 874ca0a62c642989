"""Addresses of databases: how an owner writes them down, and how they are shown, without passwords."""

import re
from urllib.parse import parse_qsl, urlsplit

SCHEMES = ("postgresql", "postgres")

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/?#@]*?):[^/?#]*@")
_PASSWORD_OPTION = re.compile(r"(password|sslpassword)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE)


def is_address(url: str) -> bool:
    """Tell whether a text is the address of a PostgreSQL database, whatever is behind it."""
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2].split(",")  # libpq tries one after the other
        ports = [urlsplit(f"//{host}").port for host in hosts]
        return parts.scheme in SCHEMES and all(port is None or port > 0 for port in ports)
    except ValueError:  # an impossible port, or an impossible number in brackets
        return False


def has_password(url: str) -> bool:
    """Tell whether an address holds a password."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return parts.password is not None or bool({"password", "sslpassword"} & options.keys())


def redacted(text: str) -> str:
    """Return a text without the passwords of the addresses and connection options in it."""
    return _PASSWORD_OPTION.sub(r"\1=***", _PASSWORD_IN_URL.sub(r"\1:***@", text))
