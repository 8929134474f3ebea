"""Every metric of the platform as Prometheus reads it: counters that only grow, and gauges as of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from shared_layer.core import clock
from shared_layer.core.services import SERVICES
from shared_layer.dashboard.burn_measuring import measure_burns
from shared_layer.dashboard.burn_rate import WINDOWS
from shared_layer.dashboard.exposition import Family, exposed
from shared_layer.dashboard.service_metrics import breakers
from shared_layer.storage import freshness, tenant_counts
from shared_layer.storage.metrics import BUCKETS_PER_OCTAVE, LAST_BUCKET, bucket_top
from shared_layer.storage.request_window import Counts, read_totals
from shared_layer.storage.tenant_counts import AI_MICROS, ALL_TIME, CALLS

MOST_TENANTS: Final = 1000
"""Tenants shown by name, those with the most calls: a label for each of many more would be too much for Prometheus."""

FINEST_OCTAVE: Final = 2
LAST_OCTAVE: Final = 20
"""Latencies are shown in octaves, from 0.25 ms to 65 s."""


async def prometheus_text() -> str:
    """The whole exposition. Raises RedisUnavailable."""
    names = [service.name for service in SERVICES.values()]
    totals = await read_totals(names)
    families = [*_requests(totals), *await _health(), *await _business()]
    return exposed(families)


def _requests(totals: dict[str, Counts]) -> Iterator[Family]:
    requests = Family("xynergy_requests_total", "counter", "Requests and deliveries answered.")
    errors = Family("xynergy_request_errors_total", "counter", "Answers that were errors, by class of status.")
    cache = Family("xynergy_cache_requests_total", "counter", "Answers that a cache was asked for.")
    seconds = Family("xynergy_request_duration_seconds", "histogram", "How long answers took.")
    for service, counts in totals.items():
        requests.add(counts.requests, service=service)
        errors.add(counts.client_errors, service=service, status="4xx")
        errors.add(counts.server_errors, service=service, status="5xx")
        cache.add(counts.cache_hits, service=service, result="hit")
        cache.add(counts.cache_misses, service=service, result="miss")
        seconds.add_histogram(_octaves(counts), counts.microseconds / 1e6, service=service)
    yield from (requests, errors, cache, seconds)


def _octaves(counts: Counts) -> list[tuple[float, int]]:
    """(upper edge in seconds, requests), a factor of two from edge to edge."""
    found = []
    below = -1
    for octave in range(FINEST_OCTAVE, LAST_OCTAVE + 1):
        top = min(octave * BUCKETS_PER_OCTAVE, LAST_BUCKET)
        inside = sum(count for bucket, count in counts.latencies.items() if below < bucket <= top)
        found.append((bucket_top(top) / 1000, inside))
        below = top
    beyond = sum(count for bucket, count in counts.latencies.items() if bucket > below)
    return [*found, (bucket_top(LAST_BUCKET) / 1000, beyond)]


async def _health() -> list[Family]:
    state = Family("xynergy_breaker_state", "gauge", "1 for the state that an AI provider's circuit breaker is in.")
    failures = Family("xynergy_breaker_failures", "gauge", "Consecutive failures that a breaker has counted.")
    for found in await breakers():
        for name in ("closed", "open", "half_open"):
            state.add(found.state == name, provider=found.provider, state=name)
        failures.add(found.failures, provider=found.provider)
    burn = Family("xynergy_slo_burn_rate", "gauge", "Times faster than allowed that the error budget goes.")
    for service, windows in (await measure_burns()).items():
        for minutes in WINDOWS:
            burn.add(windows[minutes].burn, service=service, window_minutes=str(minutes))
    lag = Family("xynergy_warehouse_lag_seconds", "gauge", "From the latest synced event to its row.")
    if (behind := await freshness.lag()) is not None:
        lag.add(behind)
    return [state, failures, burn, lag]


async def _business() -> list[Family]:
    active = Family("xynergy_active_tenants", "gauge", "Tenants that made a call within so many days.")
    today = clock.utcnow()
    days = [tenant_counts.day_name(today - timedelta(days=back)) for back in range(30)]
    for count in (1, 7, 30):
        active.add(await tenant_counts.active(days[:count]), days=str(count))
    calls = Family("xynergy_tenant_api_calls_total", "counter", "API calls of the tenants with the most.")
    cost = Family("xynergy_tenant_ai_cost_usd_total", "counter", "What AI answers cost these tenants, in US dollars.")
    called = await tenant_counts.top(CALLS, ALL_TIME, MOST_TENANTS)
    micros = await tenant_counts.amounts(AI_MICROS, ALL_TIME, list(called))
    for tenant_id, number in called.items():
        calls.add(number, tenant=tenant_id)
        cost.add(micros[tenant_id] / 1e6, tenant=tenant_id)
    return [active, calls, cost]
