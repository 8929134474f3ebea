"""A rate without an API key: exact with Redis and, for the process's own share, without."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from shared_layer.core import clock
from shared_layer.core.errors import RateLimited
from shared_layer.storage import rates
from shared_layer.storage.redis import RedisUnavailable
from tests.support.platform import LocalPlatform


async def _admitted(address: str, tries: int) -> int:
    outcomes = await asyncio.gather(*[rates.admit("tests", address, 50) for _ in range(tries)], return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, RateLimited) for outcome in outcomes), outcomes
    return outcomes.count(None)


async def test_of_two_hundred_calls_at_once_the_burst_passes_and_nothing_is_told_of_the_address(
    platform: LocalPlatform,
) -> None:
    address = f"secret-{uuid.uuid4().hex}"
    assert 50 <= await _admitted(address, 200) <= 52  # two more where the machine takes two seconds for it
    with pytest.raises(RateLimited) as refused:
        await rates.admit("tests", address, 50)
    assert int(refused.value.headers["Retry-After"]) >= 1
    assert address not in str(refused.value.headers)


async def test_without_redis_the_process_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        async def run(self, *_: object) -> int:
            raise RedisUnavailable("cut")

    monkeypatch.setattr(rates, "redis", Away)
    address, moment = uuid.uuid4().hex, 1_800_000_000.0
    former = clock.use(lambda: moment)
    try:
        assert await _admitted(address, 200) == 50
        moment += 12.0
        assert await _admitted(address, 200) == 10
    finally:
        clock.use(former)
