"""Pages that are fetched, and what is refused on the way."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import tracemalloc
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from index.errors import IngestionError
from index.ingestion import addresses, fetching
from index.ingestion.addresses import web_address
from index.ingestion.fetching import FetchError, FetchLimits, FetchResponse, fetch
from tests.support.web_server import Reply, WebServer, web_server

HERE = ("127.0.0.1",)


def get(address: str, **options: Any) -> FetchResponse:
    return fetch(web_address(address), ["text/html"], **{"allow_hosts": HERE, **options})


def test_a_page_is_fetched_with_what_the_server_says_of_it(web: WebServer) -> None:
    address = web.put("/a?b=%C3%A9", "Bees", ETag='"1"', Last_Modified="Sun, 15 Mar 2026 10:00:00 GMT")
    fetched = get(address)
    assert (fetched.body, fetched.content_type, fetched.charset) == (b"Bees", "text/html", "utf-8")
    assert (str(fetched.url), fetched.etag) == (address, '"1"')
    (_, headers) = web.requests[0]
    assert headers["Host"] == web.origin.removeprefix("http://")
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


def test_no_other_machine_than_public_ones_is_asked(web: WebServer) -> None:
    with pytest.raises(IngestionError, match="not on the public internet"):
        get(web.put("/", "x"), allow_hosts=())
    assert web.asked == []


@pytest.mark.parametrize(
    "target", ["http://localhost:{port}/b", "http://[::1]/", "http://169.254.169.254/", "http://10.0.0.1/"]
)
def test_a_redirect_to_a_private_machine_is_refused(target: str, web: WebServer) -> None:
    port = web.origin.rpartition(":")[2]
    web.put("/b", "secret")
    with pytest.raises(IngestionError):
        get(web.redirect("/", target.format(port=port)))
    assert web.asked == ["/"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://me:secret@127.0.0.1/", "ftp://127.0.0.1/"])
def test_a_redirect_to_what_is_no_web_address_is_refused(target: str, web: WebServer) -> None:
    with pytest.raises(IngestionError):
        get(web.redirect("/", target))


def test_a_host_may_be_allowed_in_capitals(web: WebServer) -> None:
    web.put("/", "Bees")
    address = web.origin.replace("127.0.0.1", "localhost")
    assert get(address, allow_hosts=["LocalHost"]).body == b"Bees"


def test_redirects_have_an_end(web: WebServer) -> None:
    web.put("/6", "Bees")
    for number in range(6):
        web.redirect(f"/{number}", f"/{number + 1}")
    assert get(f"{web.origin}/1").url.path == "/6"
    with pytest.raises(FetchError, match="more than 5 times"):
        get(f"{web.origin}/0")


def test_no_cookie_is_kept(web: WebServer) -> None:
    web.put("/b", "Bees")
    web.pages["/a"] = Reply(status=302, headers={"Location": "/b", "Set-Cookie": "a=b"})
    get(f"{web.origin}/a")
    assert all("Cookie" not in headers for _, headers in web.requests)


def test_a_name_is_resolved_once_and_that_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers with this machine the second time gets nobody there."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, *arguments: Any, **options: Any) -> Any:
        if host != "rebinding.example":
            return real(host, *arguments, **options)
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    tried: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr(
        "urllib3.util.connection.create_connection",
        lambda address, *_, **__: tried.append(address) or (_ for _ in ()).throw(OSError("no network")),
    )
    with pytest.raises(FetchError):
        get("http://rebinding.example/", allow_hosts=())
    assert asked == ["rebinding.example"]
    assert [host for host, _ in tried] == ["93.184.216.34"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate")
def test_a_certificate_is_checked_by_the_name_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is made to a network address, but the certificate has to be that of the name."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with web_server(context) as web:
        web.put("/", "Bees")
        port = web.origin.rpartition(":")[2]
        with pytest.raises(FetchError, match="no valid certificate"):
            get(f"https://localhost:{port}/", allow_hosts=["localhost"])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert get(f"https://localhost:{port}/", allow_hosts=["localhost"]).body == b"Bees"
        assert web.requests[0][1]["Host"] == f"localhost:{port}"
        with pytest.raises(FetchError, match="no valid certificate"):
            get(f"https://127.0.0.1:{port}/")


def test_what_is_no_page_is_not_read(web: WebServer) -> None:
    with pytest.raises(FetchError, match="type image/png"):
        get(web.put("/a", b"\x89PNG", "image/png"))
    web.pages["/b"] = Reply(b"Bees")
    with pytest.raises(FetchError, match="type unknown"):
        get(f"{web.origin}/b")


@pytest.mark.parametrize("status", [401, 404, 410, 429, 500, 503])
def test_an_error_is_named_by_its_status(status: int, web: WebServer) -> None:
    web.pages["/"] = Reply(b"no", status, {"Retry-After": "120", "Content-Type": "text/html"})
    with pytest.raises(FetchError, match=f"answers {status}") as raised:
        get(f"{web.origin}/")
    assert (raised.value.status, raised.value.retry_after) == (status, 120)


def test_a_page_of_5_mb_is_read_and_a_larger_one_than_allowed_is_not(web: WebServer) -> None:
    large = b"<p>Bees hum.</p>\n" * 310_000
    assert get(web.put("/", large)).body == large
    with pytest.raises(FetchError, match="larger than"):
        get(f"{web.origin}/", limits=FetchLimits(bytes=len(large) - 1))


def test_compressed_pages_are_read(web: WebServer) -> None:
    assert get(web.put("/a", gzip.compress(b"Bees"), Content_Encoding="gzip")).body == b"Bees"
    assert get(web.put("/b", zlib.compress(b"Bees"), Content_Encoding="deflate")).body == b"Bees"
    with pytest.raises(FetchError, match="broke off"):
        get(web.put("/c", b"Bees", Content_Encoding="gzip"))
    for encoding in ("br", "gzip, gzip"):
        with pytest.raises(FetchError, match="compressed with"):
            get(web.put("/d", b"Bees", Content_Encoding=encoding))


def test_a_small_page_does_not_swell(web: WebServer) -> None:
    address = web.put("/", gzip.compress(bytes(50 * 2**20)), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than"):
            get(address, limits=FetchLimits(bytes=2**20))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2**20


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_page_that_never_ends_is_given_up(part: str, web: WebServer) -> None:
    given_up = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n")
        if part == "body":
            handler.wfile.write(b"\r\n")
        while not given_up.wait(0.01):
            handler.wfile.write(b"x")

    web.pages["/"] = drip
    with pytest.raises(FetchError, match="takes longer than"):
        get(f"{web.origin}/", limits=FetchLimits(seconds=0.3))
    given_up.set()


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match="cannot be reached"):
        get(f"http://127.0.0.1:{port}/")


def test_one_that_breaks_off_is_named(web: WebServer) -> None:
    web.pages["/"] = Reply(b"Bees", headers={"Content-Type": "text/html", "Content-Length": "99"})
    with pytest.raises(FetchError, match="broke off"):
        get(f"{web.origin}/")


def test_a_chunk_of_an_impossible_size_is_named(web: WebServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    web.pages["/"] = lambda handler: handler.wfile.write(head + b"-5\r\nBees") and None
    with pytest.raises(FetchError, match="broke off"):
        get(f"{web.origin}/")


def test_no_page_elsewhere_leads_to_a_host_that_is_allowed_by_name(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.redirect("/", f"{web.origin}/secret")
    web.put("/secret", "Bees")

    def resolve(url: Any, allow_hosts: Any) -> list[str]:
        return list(HERE) if url.host == "public.example" else addresses.resolve(url, allow_hosts)

    monkeypatch.setattr(fetching, "resolve", resolve)
    assert get(f"{web.origin}/").body == b"Bees"
    with pytest.raises(IngestionError, match="not on the public internet"):
        get(web.origin.replace("127.0.0.1", "public.example"))
    assert web.asked == ["/", "/secret", "/"]
