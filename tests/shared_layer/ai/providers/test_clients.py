"""Our client on the wire: what it sends is what OpenAI's own client sends, and it reads what servers really answer."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.ai.providers.clients import close_clients, post, post_stream
from shared_layer.ai.providers.errors import BrokeOff, Refused, Unreachable
from shared_layer.ai.providers.provider import Price, Provider
from shared_layer.ai.providers.server_events import EventReader
from tests.shared_layer.ai.provider_double import Behaviour, ProviderDouble, chunks

KEY = "sk-test"  # pragma: allowlist secret
BODY = {"messages": [{"role": "user", "content": "Grüße 🥐"}], "model": "m", "temperature": 0.5}
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv("TEST_KEY", KEY)
    return Provider("test", "Test", "TEST_URL", "TEST_KEY", "TEST_MODEL", {"m": Price()})


@asynccontextmanager
async def serving(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A raw server behind TEST_URL."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    monkeypatch.setenv("TEST_URL", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    yield
    await close_clients()
    server.close()


def answering(*pieces: bytes, close: bool = False) -> Handler:
    """Writes the pieces to each request, a packet each."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if close:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    return handle


async def test_it_sends_what_openais_client_sends(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    double = ProviderDouble()
    await double.start()
    monkeypatch.setenv("TEST_URL", double.url)
    ours = await post(provider, BODY, 5.0)
    async with openai.AsyncOpenAI(base_url=f"{double.url}/v1", api_key=KEY, max_retries=0) as client:
        theirs = await client.chat.completions.create(**BODY)
    assert openai.types.chat.ChatCompletion.model_validate(ours) == theirs
    assert double.calls[0] == double.calls[1]
    (line, *heads), (their_line, *their_heads) = (head.split("\r\n") for head in double.heads)
    assert line == their_line
    named = {"authorization", "content-type", "accept", "host"}

    def named_headers(lines: list[str]) -> dict[str, str]:
        pairs = (one.split(": ", 1) for one in lines if ": " in one)
        return {name.lower(): value for name, value in pairs if name.lower() in named}

    assert named_headers(heads) == named_headers(their_heads)
    await close_clients()
    await double.stop()


async def test_it_reads_the_chunks_that_openais_client_reads(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    double = ProviderDouble()
    await double.start()
    monkeypatch.setenv("TEST_URL", double.url)
    stream, ours = await post_stream(provider, {**BODY, "stream": True}, 5.0), []
    while batch := await stream.batch(5.0):
        ours += batch
    stream.close()
    async with openai.AsyncOpenAI(base_url=f"{double.url}/v1", api_key=KEY, max_retries=0) as client:
        theirs = [chunk.to_dict() async for chunk in await client.chat.completions.create(**BODY, stream=True)]
    assert [{**chunk, "choices": chunk["choices"]} for chunk in ours] == theirs
    await close_clients()
    await double.stop()


async def test_a_connection_serves_one_call_after_the_other(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    made = 0
    answer = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        await answer(reader, writer)

    async with serving(counted, monkeypatch):
        for _ in range(3):
            assert await post(provider, BODY, 5.0) == {}
    assert made == 1


async def test_a_kept_connection_that_the_provider_closed_is_no_failure(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    async with serving(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", close=True), monkeypatch):
        for _ in range(3):
            assert await post(provider, BODY, 5.0) == {}


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n", b'{"a"', b": 1}"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{", b'"a"\r\n', b"4\r\n: 1}\r\n0\r\n\r\n"),
        (b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}',),
    ],
    ids=["continued and cut", "chunked", "until the end"],
)
async def test_answers_in_every_framing_are_read(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...]
):
    async with serving(answering(*pieces, close=True), monkeypatch):
        assert await post(provider, BODY, 5.0) == {"a": 1}


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ((b"SSH-2.0-OpenSSH\r\n\r\n",), "not HTTP"),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",), "before the answer was whole"),
        ((b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",), "headers are too large"),
    ],
    ids=["no HTTP", "cut", "a flood of headers"],
)
async def test_what_is_no_answer_is_told_as_such(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...], told: str
):
    async with serving(answering(*pieces, close=True), monkeypatch):
        with pytest.raises(Unreachable, match=told):
            await post(provider, BODY, 5.0)


async def test_an_error_keeps_its_status_its_headers_and_openais_object(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    body = b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'
    head = b"HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with serving(answering(head + body), monkeypatch):
        with pytest.raises(Refused) as refused:
            await post(provider, BODY, 5.0)
    assert (refused.value.status, refused.value.headers["retry-after"]) == (429, "7")
    assert refused.value.error["code"] == "rate_limit_exceeded"


async def test_a_provider_that_hangs_is_given_up_and_hung_up_on(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    gone = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        gone.set()
        writer.close()

    async with serving(hang, monkeypatch):
        with pytest.raises(TimeoutError):
            await post(provider, BODY, 0.2)
        await asyncio.wait_for(gone.wait(), 10)


async def test_a_stream_that_was_asked_for_and_comes_whole_is_a_stream_all_the_same(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    message = {"role": "assistant", "content": "Hello there"}
    whole = {"id": "x", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": {"a": 1}}
    body = json.dumps(whole).encode()
    async with serving(answering(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body), body), monkeypatch):
        stream = await post_stream(provider, BODY, 5.0)
        batch = await stream.batch(5.0)
        assert await stream.batch(5.0) == []
        stream.close()
    text = "".join(choice["delta"].get("content") or "" for chunk in batch for choice in chunk["choices"])
    assert (text, batch[-1]["usage"]) == ("Hello there", {"a": 1})


async def test_an_error_in_a_stream_comes_after_what_came_before_it(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    events = b'data: {"choices": []}\n\ndata: {"error": {"message": "out of memory"}}\n\n'
    async with serving(answering(b"HTTP/1.1 200 OK\r\n\r\n" + events, close=True), monkeypatch):
        stream = await post_stream(provider, BODY, 5.0)
        assert await stream.batch(5.0) == [{"choices": []}]
        with pytest.raises(BrokeOff, match="out of memory"):
            await stream.batch(5.0)
        stream.close()


async def test_a_key_that_is_no_headers_value_is_never_sent(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("TEST_KEY", "sk\r\nx-evil: 1")
    with pytest.raises(ValueError, match="no header can carry"):
        await post(provider, BODY, 1.0)


@given(st.integers(0, 2**32), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_events_come_whole_however_their_bytes_are_cut(seed: int, line: bytes):
    wanted = [json.dumps(chunk).encode() for chunk in chunks(Behaviour(text="Hi ✓"), "m")]
    stream = b"".join(b": note" + line + b"data: " + one + line + b"id: 7" + line + line for one in wanted)
    cuts, reader, found = random.Random(seed), EventReader(), []
    while stream:
        size = cuts.choice([1, 1, 2, 3, 7, 50, 400])
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found + reader.end() == wanted
