"""Server-side request forgery: a server on loopback counts its connections while URLs try to reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from shared_layer.core.errors import FetchFailed, Problem, UrlRefused
from shared_layer.outbound import Outbound
from shared_layer.outbound.addresses import is_public


@dataclass(slots=True)
class Listener:
    """A server on loopback; `connections` counts, `redirect` is what a connection is answered with."""

    port: int = 0
    connections: int = 0
    redirect: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        location = f"Location: {self.redirect}\r\n" if self.redirect else ""
        status = "302 Found" if self.redirect else "200 OK"
        writer.write(f"HTTP/1.1 {status}\r\n{location}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


async def listening(host: str = "127.0.0.1") -> tuple[Listener, asyncio.Server]:
    listener = Listener()
    server = await asyncio.start_server(listener.serve, host, 0)
    listener.port = server.sockets[0].getsockname()[1]
    return listener, server


@pytest_asyncio.fixture
async def victim() -> AsyncIterator[Listener]:
    listener, server = await listening()
    yield listener
    server.close()


@pytest_asyncio.fixture
async def redirector() -> AsyncIterator[Listener]:
    listener, server = await listening()
    yield listener
    server.close()


HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.0.0.1.", "0.0.0.0", "0", "127.127.127.127", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]",
    "[2001:db8::1]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.1.1",
    "100.64.0.1", "100.127.255.254", "192.0.0.192", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "0251.0376.0251.0376", "2852039166", "0xa9fea9fe", "①②⑦.⓪.⓪.①", "１２７.０.０.１",
    "127。0。0。1",
]  # fmt: skip
FORMS = [
    "http://user:pass@127.0.0.1:{port}/",  # pragma: allowlist secret
    "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@example.com/",  # pragma: allowlist secret
    "http://127.0.0.1:{port}#@example.com/", "http://127.0.0.1:{port}?@example.com/", "http:\\\\127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/", "http:127.0.0.1:{port}", "//127.0.0.1:{port}/", "127.0.0.1:{port}",
    "http://127.0.0.1:{port}\r\nX: y/", "http://127.0.0.1\t:{port}/", " http://127.0.0.1:{port}/",
    "http://exa\x00mple.com:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_GET", "ftp://127.0.0.1:{port}/",
    "dict://127.0.0.1:{port}/", "unix://127.0.0.1:{port}/", "data:text/plain,x", "javascript:alert(1)",
    "jar:http://127.0.0.1:{port}!/", "http://[::1%25lo]:{port}/", "http://[::1/", "http://:{port}/", "http://", "",
    "HtTp://127.0.0.1:{port}/", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "https://127.0.0.1:{port}/",
]  # fmt: skip


def test_there_are_at_least_sixty_payloads() -> None:
    assert len(HOSTS) + len(FORMS) >= 60


@pytest.mark.parametrize("url", [f"http://{host}:{{port}}/" for host in HOSTS] + FORMS)
async def test_no_payload_reaches_a_socket(victim: Listener, url: str) -> None:
    open_ports = Outbound(ports=frozenset({80, 443, victim.port}), seconds=2)
    with pytest.raises((UrlRefused, FetchFailed)):
        await open_ports.fetch(url.replace("{port}", str(victim.port)))
    assert victim.connections == 0


@pytest.mark.parametrize("host", [*HOSTS, "localhost.localdomain"])
async def test_no_redirect_reaches_a_socket(victim: Listener, redirector: Listener, host: str) -> None:
    redirector.redirect = f"http://{host}:{victim.port}/"
    client = Outbound(ports=frozenset({victim.port}), trusted=frozenset({("127.0.0.1", redirector.port)}), seconds=2)
    with pytest.raises((UrlRefused, FetchFailed)):
        await client.fetch(f"http://127.0.0.1:{redirector.port}/")
    assert (victim.connections, redirector.connections) == (0, 1)


async def test_a_port_that_is_not_allowed_is_refused_before_the_name_is_resolved() -> None:
    async def never(host: str, port: int) -> list[str]:
        raise AssertionError((host, port))

    for port in (21, 22, 25, 6379, 8080, 11211):
        with pytest.raises(UrlRefused, match="Port"):
            await Outbound(resolve=never).fetch(f"http://public.example:{port}/")


async def test_a_name_with_one_private_address_among_public_ones_is_refused(victim: Listener) -> None:
    async def mixed(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    with pytest.raises(UrlRefused):
        await Outbound(ports=frozenset({victim.port}), resolve=mixed).fetch(f"http://public.example:{victim.port}/")
    assert victim.connections == 0


async def test_the_name_is_resolved_once_so_that_a_second_answer_never_counts(victim: Listener) -> None:
    """DNS rebinding: the second answer would be loopback, and nobody asks for it."""
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])
    asked = 0

    async def rebinding(_host: str, _port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return next(answers)

    with pytest.raises(Problem):
        await Outbound(ports=frozenset({victim.port}), resolve=rebinding, seconds=0.3).fetch(
            f"http://rebind.example:{victim.port}/"
        )
    assert (asked, victim.connections) == (1, 0)


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("93.184.215.14", True), ("2606:4700::1111", True), ("2a00:1450:4001::1", True),
     ("172.32.0.1", True), ("100.128.0.1", True), ("fe80::1%lo", False), ("::ffff:8.8.8.8", False), ("x", False)],
)  # fmt: skip
def test_public_is_what_the_registries_call_global(address: str, public: bool) -> None:
    assert is_public(address) is public
