"""The overview: what an operator sees at one glance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared_layer.core.models import Model
from shared_layer.dashboard.health import Status
from shared_layer.storage.request_window import Counts

Rate = Annotated[float, Field(ge=0, le=1)]


class Figures(Model):
    """What was measured over the window. Latencies in milliseconds; rates from 0 to 1; null where nothing was measured.

    `error_rate` is the part of the requests that the platform failed; `requests_by_minute` has the oldest minute first,
    and the current one last.
    """

    requests: int
    requests_by_minute: list[int]
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    error_rate: Rate | None
    client_errors: int
    cache_hit_rate: Rate | None


class ServiceHealth(Figures):
    """One service, its status and the reason for it in words."""

    name: str
    summary: str
    layer: int
    status: Status
    reason: str


class ProviderHealth(Model):
    """An AI provider's circuit breaker: closed lets calls through, open does not, half_open lets one try."""

    provider: str
    state: str
    failures: int
    retry_in_seconds: float


class Overview(Model):
    """The platform at `as_of`; `stale` says that it could not be measured since.

    `window_seconds` is the time that the figures are about: the current minute and the four before it.
    `warehouse_lag_seconds` is how long the latest event took to its row in BigQuery; `dead_letters_open` counts the
    tenant's events that a handler gave up on. Live updates come from `stream_url`.
    """

    status: Status
    platform: Figures
    services: list[ServiceHealth]
    providers: list[ProviderHealth]
    warehouse_lag_seconds: float | None
    dead_letters_open: int | None = None
    window_seconds: int
    as_of: datetime
    stale: bool
    stream_url: str


def figures(window: Counts, by_minute: list[int]) -> dict[str, object]:
    """The members of Figures."""
    return {
        "requests": window.requests,
        "requests_by_minute": by_minute,
        "p50_ms": window.percentile(0.5),
        "p95_ms": window.percentile(0.95),
        "p99_ms": window.percentile(0.99),
        "error_rate": window.error_rate,
        "client_errors": window.client_errors,
        "cache_hit_rate": window.cache_hit_rate,
    }
