"""One service in depth: how it is, its last hour minute by minute, and how much of its error budget is left."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model
from shared_layer.core.services import SERVICES
from shared_layer.dashboard.burn_alerts import BurnAlert, firing_alerts
from shared_layer.dashboard.burn_measuring import BurnRates, rates_of
from shared_layer.dashboard.burn_rate import OBJECTIVE, WINDOWS, Window
from shared_layer.dashboard.measuring import GAUGE
from shared_layer.dashboard.overview import ServiceHealth
from shared_layer.storage.failure_window import read_windows
from shared_layer.storage.request_window import Counts, read_minutes

HISTORY_MINUTES: Final = 60


class Minute(Model):
    """A minute of a service: requests, those that the platform failed, and the 95th percentile in milliseconds."""

    at: datetime
    requests: int
    failures: int
    p95_ms: float | None


class ErrorBudget(Model):
    """How many failures the objective allows in the period, and how many there were; `left` below 0 is overdrawn.

    `left` is the part of the budget that is left, 1 where nothing failed.
    """

    objective: float = OBJECTIVE
    period_minutes: int
    requests: int
    failures: int
    allowed_failures: float
    left: float = Field(description="1: untouched; 0: used up; negative: overdrawn.")


class ServiceDetail(Model):
    """A service as it is; `history` has the oldest minute first."""

    health: ServiceHealth
    as_of: datetime
    stale: bool
    budget: ErrorBudget
    burn: BurnRates
    alerts: list[BurnAlert]
    history: list[Minute]


async def service_detail(name: str) -> ServiceDetail:
    """A service by its name, such as `crm-engine`. Raises NotFound, RedisUnavailable."""
    if name not in {service.name for service in SERVICES.values()}:
        raise NotFound(f"There is no service {name[:64]!r}. GET /api/v1/dashboard/overview lists them.")
    last = int(clock.now() // 60)
    overview, minutes, windows, alerts = await asyncio.gather(
        GAUGE.read(),
        read_minutes([name], last, HISTORY_MINUTES),
        read_windows([name], last, WINDOWS),
        firing_alerts(name),
    )
    found = {length: Window(*pair) for length, pair in windows[name].items()}
    return ServiceDetail(
        health=next(each for each in overview.services if each.name == name),
        as_of=overview.as_of,
        stale=overview.stale,
        budget=budget_of(max(WINDOWS), found[max(WINDOWS)]),
        burn=rates_of(name, found),
        alerts=alerts,
        history=[_minute(last - HISTORY_MINUTES + 1 + number, each) for number, each in enumerate(minutes[name])],
    )


def budget_of(period_minutes: int, window: Window) -> ErrorBudget:
    """The error budget of a period, given what was asked and failed in it."""
    allowed = window.requests * (1 - OBJECTIVE)
    left = 1.0 if not window.failures else 1 - window.failures / allowed
    return ErrorBudget(
        period_minutes=period_minutes,
        requests=window.requests,
        failures=window.failures,
        allowed_failures=round(allowed, 3),
        left=round(left, 4),
    )


def _minute(number: int, counts: Counts) -> Minute:
    return Minute(
        at=datetime.fromtimestamp(number * 60, UTC),
        requests=counts.requests,
        failures=counts.server_errors,
        p95_ms=counts.percentile(0.95),
    )
