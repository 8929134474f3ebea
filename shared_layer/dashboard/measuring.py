"""Measuring the platform: one Redis round trip, at most once a second in a process, whoever asks."""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.core.services import SERVICES, Service
from shared_layer.core.settings import function_url
from shared_layer.dashboard.health import Status, judge, worst
from shared_layer.dashboard.overview import Figures, Overview, ProviderHealth, ServiceHealth, figures
from shared_layer.dashboard.service_metrics import breakers
from shared_layer.storage import freshness
from shared_layer.storage.redis import RedisUnavailable
from shared_layer.storage.request_window import Counts, read_minutes, total

MINUTES: Final = 5
FRESH_SECONDS: Final = 1.0
STREAM: Final = "/api/v1/dashboard/stream"
AI_SERVICE: Final = SERVICES["ai"].name


class Gauge:
    """The latest overview of the process. While Redis is away it answers the last one, marked as stale."""

    def __init__(self) -> None:
        self._latest: Overview | None = None
        self._fresh_until = 0.0
        self._reading: asyncio.Task[Overview] | None = None

    async def read(self) -> Overview:
        """The platform as it was at most a second ago. Not to be changed: it is shared."""
        loop = asyncio.get_running_loop()
        if self._latest is not None and loop.time() < self._fresh_until:
            return self._latest
        if self._reading is None or self._reading.done() or self._reading.get_loop() is not loop:
            self._reading = loop.create_task(self._measure())
        return await asyncio.shield(self._reading)

    async def _measure(self) -> Overview:
        try:
            self._latest = await measure()
        except RedisUnavailable as error:
            log("WARNING", "overview_stale", str(error))
            self._latest = self._latest.model_copy(update={"stale": True}) if self._latest else _unknown()
        self._fresh_until = asyncio.get_running_loop().time() + FRESH_SECONDS
        return self._latest


async def measure() -> Overview:
    """The overview as of now. Raises RedisUnavailable."""
    moment = clock.utcnow()
    last = int(moment.timestamp() // 60)
    names = [service.name for service in SERVICES.values()]
    minutes, lag, providers = await asyncio.gather(read_minutes(names, last, MINUTES), freshness.lag(), breakers())
    services = [_service(service, minutes[service.name], providers) for service in SERVICES.values()]
    by_minute = [sum(counts.requests for counts in minute) for minute in zip(*minutes.values(), strict=True)]
    whole = total(counts for found in minutes.values() for counts in found)
    return Overview(
        status=worst([service.status for service in services]),
        platform=Figures.model_validate(figures(whole, by_minute)),
        services=services,
        providers=providers,
        warehouse_lag_seconds=lag,
        window_seconds=int(moment.timestamp()) - (last - MINUTES + 1) * 60,
        as_of=moment,
        stale=False,
        stream_url=stream_url(),
    )


def stream_url() -> str:
    """The streaming function's own address, since API Gateway does not stream; where it is not known, the path."""
    return f"{function_url('stream-dashboard')}{STREAM}"


def _service(service: Service, minutes: list[Counts], providers: list[ProviderHealth]) -> ServiceHealth:
    status, reason = judge(service.name, minutes)
    waiting = [found.provider for found in providers if found.state != "closed"]
    if service.name == AI_SERVICE and waiting and status != "down":
        status, reason = "degraded", f"The breaker of {', '.join(waiting)} is open."
    return _described(service, status, reason, minutes)


def _described(service: Service, status: Status, reason: str, minutes: list[Counts]) -> ServiceHealth:
    return ServiceHealth.model_validate(
        {
            "name": service.name,
            "summary": service.summary,
            "layer": service.layer,
            "status": status,
            "reason": reason,
            **figures(total(minutes), [counts.requests for counts in minutes]),
        }
    )


def _unknown() -> Overview:
    """The overview of a process that never reached Redis."""
    nothing = [Counts()] * MINUTES
    return Overview(
        status="unknown",
        platform=Figures.model_validate(figures(Counts(), [0] * MINUTES)),
        services=[
            _described(service, "unknown", "The metrics cannot be read.", nothing) for service in SERVICES.values()
        ],
        providers=[],
        warehouse_lag_seconds=None,
        window_seconds=0,
        as_of=clock.utcnow(),
        stale=True,
        stream_url=stream_url(),
    )


GAUGE: Final = Gauge()
