"""What the outbound client does with the addresses that it may call; those here are vouched for by its constructor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shared_layer.core.errors import DeadlineExceeded, FetchFailed, UrlRefused
from shared_layer.outbound import Outbound

Answer = Callable[[bytes], bytes]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[tuple[str, frozenset[tuple[str, int]]]]:
    """`(base URL, what to trust)` of a server that answers each request's head and body with bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
        writer.write(answer(head + await reader.readexactly(length)))
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", frozenset({("127.0.0.1", port), ("localhost", port)})
    finally:
        listening.close()


def ok(body: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), extra, body)


async def test_an_answer_comes_whole_with_status_headers_and_body() -> None:
    async with server(lambda _: ok(b"hello", b"X-A: b\r\n")) as (base, trusted):
        fetched = await Outbound(trusted=trusted).fetch(f"{base}/page?x=1")
    assert (fetched.status, fetched.body, fetched.headers["x-a"]) == (200, b"hello", "b")
    assert fetched.url == f"{base}/page?x=1"


async def test_chunks_and_bodies_that_end_with_the_connection_are_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    async with server(lambda _: chunked) as (base, trusted):
        assert (await Outbound(trusted=trusted).fetch(base)).body == b"abcde"
    async with server(lambda _: b"HTTP/1.1 200 OK\r\n\r\nuntil the end") as (base, trusted):
        assert (await Outbound(trusted=trusted).fetch(base)).body == b"until the end"


async def test_a_body_and_headers_are_sent_and_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    async with server(ok) as (base, trusted):
        sent = await Outbound(trusted=trusted).fetch(base, method="POST", headers={"X-Sig": "v1"}, content=b"{}")
    assert sent.body.startswith(b"POST / HTTP/1.1\r\n")
    assert b"x-sig: v1" in sent.body
    assert sent.body.endswith(b"\r\n\r\n{}")


async def test_too_many_bytes_are_not_read() -> None:
    async with server(lambda _: ok(b"x" * 5000)) as (base, trusted):
        with pytest.raises(FetchFailed, match="1000 bytes"):
            await Outbound(trusted=trusted, limit=1000).fetch(base)
    async with server(lambda _: b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n") as (base, trusted):
        with pytest.raises(FetchFailed):
            await Outbound(trusted=trusted).fetch(base)


@pytest.mark.parametrize("garbage", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])
async def test_what_is_no_whole_answer_fails(garbage: bytes) -> None:
    async with server(lambda _: garbage) as (base, trusted):
        with pytest.raises(FetchFailed):
            await Outbound(trusted=trusted).fetch(base)


async def test_a_silent_server_is_given_up() -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            continue
        writer.close()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(DeadlineExceeded):
        await Outbound(trusted=frozenset({("127.0.0.1", port)}), seconds=0.1).fetch(f"http://127.0.0.1:{port}")
    silent.close()


async def test_redirects_are_followed_three_times_and_no_further() -> None:
    def redirect(request: bytes) -> bytes:
        number = int(request.split(b" ")[1].strip(b"/") or b"0")
        if number == 0:
            return ok(b"end")
        return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%d\r\n\r\n" % (number - 1)

    async with server(redirect) as (base, trusted):
        assert (await Outbound(trusted=trusted).fetch(f"{base}/3")).body == b"end"
        with pytest.raises(UrlRefused, match="redirects"):
            await Outbound(trusted=trusted).fetch(f"{base}/4")


async def test_credentials_stay_behind_when_a_redirect_leaves_the_origin() -> None:
    seen: list[bytes] = []

    def answer(request: bytes) -> bytes:
        seen.append(request)
        if b"GET /away" in request:
            port = request.split(b"127.0.0.1:")[1].split(b"\r\n")[0]
            return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://localhost:%s/\r\n\r\n" % port
        return ok(b"")

    async with server(answer) as (base, trusted):
        headers = {"Authorization": "Bearer s", "Cookie": "s", "X-API-Key": "s", "Accept": "text/html"}
        await Outbound(trusted=trusted).fetch(f"{base}/away", headers=headers)
    assert b"authorization" in seen[0]
    assert not any(name in seen[1] for name in (b"authorization", b"cookie", b"x-api-key"))
    assert b"accept: text/html" in seen[1]


@pytest.mark.parametrize(
    ("name", "value"), [("X\r\nY", "z"), ("X", "a\r\nEvil: 1"), ("Host", "evil"), ("Transfer-Encoding", "chunked")]
)
async def test_headers_that_would_break_the_framing_are_not_sent(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        await Outbound().fetch("http://public.example/", headers={name: value})


async def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    from shared_layer.outbound.target import follow, read_target

    with pytest.raises(UrlRefused, match="https to http"):
        follow(read_target("https://public.example/"), "http://public.example/")
