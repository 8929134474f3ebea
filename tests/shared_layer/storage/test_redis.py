"""A Redis that answers and cannot serve is one that is away: its callers go on without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared_layer.storage.redis import Redis, RedisError, RedisUnavailable


class Server:
    """Answers every command with `answer`; counts connections."""

    def __init__(self) -> None:
        self.answer = b"+OK\r\n"
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while await reader.read(4096):
            writer.write(self.answer)
        writer.close()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()


@pytest.mark.parametrize(
    "told",
    [
        "LOADING Redis is loading the dataset in memory",
        "READONLY You can't write against a read only replica.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "OOM command not allowed when used memory > 'maxmemory'.",
    ],
)
async def test_a_redis_that_cannot_serve_is_unavailable_and_used_again_when_it_can(server: Server, told: str) -> None:
    redis = Redis(server.url)
    server.answer = f"-{told}\r\n".encode()
    with pytest.raises(RedisUnavailable, match=told.split()[0]):
        await redis.command("GET", "x")
    server.answer = b"+OK\r\n"
    assert await redis.command("GET", "x") == b"OK"
    assert server.connections == (2 if told.startswith("READONLY") else 1)
    await redis.close()


async def test_a_wrong_command_is_an_error_of_ours(server: Server) -> None:
    redis = Redis(server.url)
    server.answer = b"-ERR unknown command 'GOT'\r\n"
    with pytest.raises(RedisError, match="unknown command"):
        await redis.command("GOT", "x")
    await redis.close()
