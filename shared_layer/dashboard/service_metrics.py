"""The services' metrics over a window of the caller's choice, as all instances counted them in Redis."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from shared_layer.core import clock
from shared_layer.core.models import Model, Query, whole_number
from shared_layer.core.services import SERVICES
from shared_layer.dashboard.overview import ProviderHealth, Rate
from shared_layer.storage import freshness
from shared_layer.storage.metrics import bucket_top
from shared_layer.storage.request_window import Counts, read_minutes, total


class MetricsWindow(Query):
    """Over how many minutes, the current one included; minutes are kept for two hours."""

    minutes: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=120)] = 15


class LatencyBucket(Model):
    """How many requests took at most `le_ms` milliseconds, and longer than the bucket before."""

    le_ms: float
    count: int


class ServiceMetrics(Model):
    """A service's requests. Latencies in milliseconds, rates from 0 to 1; null where nothing was measured."""

    service: str
    requests: int
    client_errors: int
    server_errors: int
    error_rate: Rate | None
    cache_hits: int
    cache_misses: int
    cache_hit_rate: Rate | None
    mean_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    latencies: list[LatencyBucket]


class AllServiceMetrics(Model):
    """Every service's metrics, the AI providers' breakers, and how far the warehouse is behind."""

    minutes: int
    services: list[ServiceMetrics]
    breakers: list[ProviderHealth]
    warehouse_lag_seconds: float | None


async def service_metrics(window: MetricsWindow) -> AllServiceMetrics:
    """The metrics of every service over the window. Raises RedisUnavailable."""
    names = [service.name for service in SERVICES.values()]
    minutes = await read_minutes(names, int(clock.now() // 60), window.minutes)
    return AllServiceMetrics(
        minutes=window.minutes,
        services=[_described(name, total(minutes[name])) for name in names],
        breakers=await breakers(),
        warehouse_lag_seconds=await freshness.lag(),
    )


async def breakers() -> list[ProviderHealth]:
    """How the circuit breakers of the AI providers stand."""
    from shared_layer.ai.api.catalogue import breaker_states

    return [
        ProviderHealth(
            provider=found.provider,
            state=found.state,
            failures=found.failures,
            retry_in_seconds=round(found.retry_in_seconds, 1),
        )
        for found in await breaker_states()
    ]


def _described(service: str, counts: Counts) -> ServiceMetrics:
    waited_for = counts.latencies.total()
    return ServiceMetrics(
        service=service,
        requests=counts.requests,
        client_errors=counts.client_errors,
        server_errors=counts.server_errors,
        error_rate=counts.error_rate,
        cache_hits=counts.cache_hits,
        cache_misses=counts.cache_misses,
        cache_hit_rate=counts.cache_hit_rate,
        mean_ms=round(counts.microseconds / waited_for / 1000, 3) if waited_for else None,
        p50_ms=counts.percentile(0.5),
        p95_ms=counts.percentile(0.95),
        p99_ms=counts.percentile(0.99),
        latencies=[
            LatencyBucket(le_ms=round(bucket_top(bucket), 4), count=count)
            for bucket, count in sorted(counts.latencies.items())
        ],
    )
