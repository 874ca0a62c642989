"""Addresses of databases are shown without their passwords."""

import pytest

from index.database_urls import has_password, is_address, redacted


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://ann@host/library", True),
        ("postgres:///library?host=/run/postgresql", True),
        ("postgresql://host:5432/library?service=footnote", True),
        ("postgresql://ann@one:5432,two:5433,[::1]:5434/library", True),
        ("postgresql://one:5432,two:port/library", False),
        ("postgresql://one,two:0/library", False),
        ("https://host/library", False),
        ("host/library", False),
        ("postgresql://host:port/library", False),
        ("postgresql://[host/library", False),
    ],
)
def test_what_is_an_address(address: str, expected: bool) -> None:
    assert is_address(address) is expected


@pytest.mark.parametrize(
    "address",
    ["postgresql://ann:s3cret@host/x", "postgresql://ann:@host/x", "postgres://host/x?password=s3cret"],
)
def test_a_password_is_seen(address: str) -> None:
    assert has_password(address)
    assert not has_password("postgresql://ann@host:5432/x?sslmode=require")


@pytest.mark.parametrize(
    "text",
    [
        "cannot use postgresql://ann:s3cret@host/x?sslmode=require now",
        "host=h password=s3cret user=ann",
        "password = 's3cret with \\' quote' port=1",
        "postgres://h/x?password=s3cret&user=ann",
        "postgresql://ann:s3cr:et@host",
    ],
)
def test_no_password_is_shown(text: str) -> None:
    shown = redacted(text)
    assert "s3cr" not in shown
    assert "***" in shown
