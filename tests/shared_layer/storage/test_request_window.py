"""The request metrics, read back from Redis as they were recorded."""

from __future__ import annotations

import random
import uuid
from collections import Counter

import pytest

from shared_layer.core import clock
from shared_layer.storage import metrics
from shared_layer.storage.request_window import Counts, read_minutes, total
from tests.support.platform import LocalPlatform


async def test_what_was_recorded_is_read_back(platform: LocalPlatform) -> None:
    service = f"service-{uuid.uuid4().hex[:8]}"
    for status, cache in ((200, "hit"), (200, "miss"), (404, ""), (500, "hit")):
        metrics.record(service, status, 10.0, cache)
    await metrics.flush()
    last = int(clock.now() // 60)
    counts = total((await read_minutes([service], last, 2))[service])
    assert (counts.requests, counts.client_errors, counts.server_errors) == (4, 1, 1)
    assert (counts.cache_hits, counts.cache_misses) == (2, 1)
    assert counts.error_rate == 0.25
    assert counts.cache_hit_rate == pytest.approx(2 / 3, abs=1e-6)


async def test_nothing_measured_is_null_not_zero() -> None:
    assert (Counts().error_rate, Counts().cache_hit_rate, Counts().percentile(0.5)) == (None, None, None)


@pytest.mark.parametrize("part", [0.5, 0.95, 0.99])
def test_a_percentile_is_off_by_less_than_five_percent(part: float) -> None:
    source = random.Random(7)
    drawn = sorted(source.lognormvariate(3, 1) for _ in range(5000))
    counts = Counts(requests=5000, latencies=Counter(metrics.bucket_of(value) for value in drawn))
    exact = drawn[int(part * 5000) - 1]
    assert counts.percentile(part) == pytest.approx(exact, rel=0.05)
