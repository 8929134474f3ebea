"""The overview while Redis is away."""

from __future__ import annotations

import pytest

from shared_layer.dashboard.measuring import Gauge
from shared_layer.storage import redis as redis_module
from shared_layer.storage.redis import Redis
from tests.support.platform import LocalPlatform


async def test_the_last_overview_is_answered_as_stale_while_redis_is_away(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    gauge = Gauge()
    known = await gauge.read()
    assert known.stale is False
    monkeypatch.setattr(redis_module, "_redis", Redis("redis://127.0.0.1:1/0"))
    gauge._fresh_until = 0.0
    stale = await gauge.read()
    assert (stale.stale, stale.as_of, stale.services) == (True, known.as_of, known.services)


async def test_without_redis_from_the_start_nothing_is_claimed(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_module, "_redis", Redis("redis://127.0.0.1:1/0"))
    overview = await Gauge().read()
    assert (overview.stale, overview.status) == (True, "unknown")
    assert {service.status for service in overview.services} == {"unknown"}


async def test_many_readers_share_one_measurement(platform: LocalPlatform) -> None:
    gauge = Gauge()
    assert await gauge.read() is await gauge.read()
