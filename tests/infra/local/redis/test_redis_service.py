"""Both kinds of Redis through redis.asyncio and through bytes on a socket."""

from __future__ import annotations

import asyncio
import shutil
from urllib.parse import urlsplit

import psutil
import pytest
import redis.asyncio as redis

from infra.local.redis import RedisService, RedisUnavailable
from tests.support.eventually import eventually

INCREASE = "return redis.call('INCRBY', KEYS[1], ARGV[1])"


# A machine without a redis-server has one kind only: that is how the platform runs there.
KINDS = ["fakeredis", *(["redis-server"] if shutil.which("redis-server") else [])]


@pytest.fixture(params=KINDS)
async def service(request, tmp_path, monkeypatch):
    if request.param == "fakeredis":
        monkeypatch.setenv("PATH", "")
    service = RedisService(tmp_path / "redis", 0)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def client(service):
    async with redis.from_url(service.url) as client:
        yield client


def command(*words: str | bytes) -> bytes:
    encoded = [word if isinstance(word, bytes) else word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)


async def test_it_says_what_it_is(service):
    assert service.kind == "fakeredis" or service.kind.startswith("redis-server 7")


async def test_values_expire_and_scripts_run(client):
    assert await client.set("k", b"v\r\n", ex=10)
    assert (await client.get("k"), await client.ttl("k")) == (b"v\r\n", 10)
    sha = await client.script_load(INCREASE)
    assert [await client.evalsha(sha, 1, "n", 2) for _ in range(3)] == [2, 4, 6]
    assert await client.eval("return {1, 'two', false}", 0) == [1, b"two", None]


async def test_a_pipeline_by_hand_is_answered_in_order_and_survives_an_error(service):
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(service.url).port)
    sha = "0" * 40
    writer.write(
        command("SET", "q", "1") + command("EVALSHA", sha, "0") + command("INCR", "q") + command("GET", "q")
        + command("GET", "none") + command("MGET", "q", "none") + command("EVAL", INCREASE, "1", "q", "5")
    )  # fmt: skip
    expected = [b"+OK", b"-NOSCRIPT", b":2", b"$1\r\n2\r\n", b"$-1\r\n", b"*2\r\n$1\r\n2\r\n$-1\r\n", b":7\r\n"]
    answer = b""
    async with asyncio.timeout(5):
        while not answer.endswith(b":7\r\n"):
            answer += await reader.read(4096)
    position = 0
    for part in expected:
        position = answer.index(part, position)
    writer.close()


async def test_commands_may_arrive_in_pieces(service):
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(service.url).port)
    for byte in command("SET", "k", "v" * 20):
        writer.write(bytes([byte]))
        await writer.drain()
    assert await reader.readline() == b"+OK\r\n"
    writer.close()


async def test_a_blocking_read_waits_without_holding_up_others(client):
    waiting = asyncio.create_task(client.blpop("queue", timeout=5))
    await asyncio.sleep(0)
    assert await client.ping()
    await client.rpush("queue", "job")
    assert await waiting == (b"queue", b"job")


async def test_streams_and_subscriptions_work(client):
    await client.xadd("stream", {"a": "1"})
    assert (await client.xread({"stream": "0"}))[0][1][0][1] == {b"a": b"1"}
    async with client.pubsub() as channel:
        await channel.subscribe("news")
        assert (await channel.get_message(timeout=5))["type"] == "subscribe"
        await client.publish("news", "hi")
        assert (await channel.get_message(timeout=5))["data"] == b"hi"


async def test_a_transaction_is_all_or_nothing(client):
    async with client.pipeline(transaction=True) as pipe:
        pipe.incr("n").expire("n", 5)
        assert await pipe.execute() == [1, True]


async def test_a_port_that_is_taken_is_told(service, tmp_path):
    second = RedisService(tmp_path / "second", urlsplit(service.url).port)
    with pytest.raises(RedisUnavailable, match="port"):
        await second.start()
    await second.stop()


async def test_a_redis_server_keeps_its_data_over_a_restart_and_fakeredis_nothing(service, tmp_path):
    async with redis.from_url(service.url) as client:
        await client.set("kept", "1")
    await service.stop()
    again = RedisService(tmp_path / "redis", 0)
    await again.start()
    async with redis.from_url(again.url) as client:
        assert await client.get("kept") == (None if service.kind == "fakeredis" else b"1")
    await again.stop()


async def test_a_redis_server_that_is_killed_is_there_again_with_what_it_acknowledged(service):
    if service.kind == "fakeredis":
        return  # it is this process
    async with redis.from_url(service.url) as client:
        await client.set("kept", "1")
        port = f":{urlsplit(service.url).port}"
        [server] = [child for child in psutil.Process().children(recursive=True) if port in " ".join(child.cmdline())]
        server.kill()

        async def back() -> bool:
            try:
                return await client.get("kept") == b"1"
            except redis.ConnectionError:
                return False

        await eventually(back)
