"""The business's metrics: who uses the platform, how much, and what their AI answers cost.

They are counted in Redis as calls are answered. What is billed is counted elsewhere: quotas and the AI ledger.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from shared_layer.core import clock
from shared_layer.core.models import Model, Query, whole_number
from shared_layer.storage import tenant_counts
from shared_layer.storage.tenant_counts import AI_MICROS, CALLS

MICROS = 1_000_000


class TopTenants(Query):
    """How many tenants to show."""

    limit: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=1000)] = 50


class TenantUse(Model):
    """What one tenant used today (UTC)."""

    tenant_id: str
    api_calls: int
    ai_cost_usd: float


class BusinessMetrics(Model):
    """Today's use of the platform. A tenant is active on a day on which it made a call.

    `tenants` are those with the most calls today, most first.
    """

    day: str
    active_tenants_1d: int
    active_tenants_7d: int
    active_tenants_30d: int
    tenants: list[TenantUse]


class Days(Query):
    """How many days, today included."""

    days: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=30)] = 7


class DayUse(Model):
    """What was used on a UTC day."""

    day: str
    api_calls: int
    ai_cost_usd: float


class OwnUse(Model):
    """A tenant's own use, latest day first."""

    days: list[DayUse]


async def business_metrics(wanted: TopTenants) -> BusinessMetrics:
    """The whole platform's use today. Raises RedisUnavailable."""
    month = _days(30)
    calls = await tenant_counts.top(CALLS, month[0], wanted.limit)
    micros = await tenant_counts.amounts(AI_MICROS, month[0], list(calls))
    one, seven, thirty = [await tenant_counts.active(month[:days]) for days in (1, 7, 30)]
    return BusinessMetrics(
        day=month[0],
        active_tenants_1d=one,
        active_tenants_7d=seven,
        active_tenants_30d=thirty,
        tenants=[
            TenantUse(tenant_id=tenant, api_calls=count, ai_cost_usd=micros[tenant] / MICROS)
            for tenant, count in calls.items()
        ],
    )


async def own_use(tenant_id: str, wanted: Days) -> OwnUse:
    """What the tenant used on each of the last days. Raises RedisUnavailable."""
    days = _days(wanted.days)
    calls = await tenant_counts.of_days(CALLS, tenant_id, days)
    micros = await tenant_counts.of_days(AI_MICROS, tenant_id, days)
    return OwnUse(
        days=[
            DayUse(day=day, api_calls=count, ai_cost_usd=cost / MICROS)
            for day, count, cost in zip(days, calls, micros, strict=True)
        ]
    )


def _days(count: int) -> list[str]:
    """The names of the last `count` days, today first."""
    today = clock.utcnow()
    return [tenant_counts.day_name(today - timedelta(days=back)) for back in range(count)]
