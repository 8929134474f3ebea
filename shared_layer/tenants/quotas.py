"""Quotas: what a tenant may use in a month, taken before the work is done and given back when the work failed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Annotated, Final, get_args

from pydantic import Field

from shared_layer.access.period import Period, day_of
from shared_layer.access.plans import Meter
from shared_layer.core import clock, json
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, NotFound, QuotaExceeded
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.storage.documents import read
from shared_layer.storage.gcp_clients import firestore
from shared_layer.tenants.quota_commit import Counted, consumption_document, count, counter_document, limit_of
from shared_layer.tenants.quota_counter import Consumption, Entry, QuotaCounter
from shared_layer.tenants.tenant import tenant_reference

KEPT: Final = timedelta(days=400)
MOST: Final = 10**12
METERS: Final[tuple[Meter, ...]] = get_args(Meter)


class QuotaUse(Model):
    """What is about to be used. The same `consumption_id` is counted once, however often it is sent."""

    consumption_id: Id
    meter: Meter
    amount: Annotated[int, Field(ge=1, le=MOST)] = Field(
        default=1, description="In pieces; for ai_usd in millionths of a US dollar."
    )


class QuotaRefund(Model):
    """Which consumption to take back, because its work failed."""

    consumption_id: Id


class Quota(Model):
    """Where a meter stands. `limit` and `remaining` are null where the plan sets no limit."""

    meter: Meter
    period: str
    used: int
    limit: int | None
    remaining: int | None
    reset_at: datetime
    days: dict[str, int] | None = Field(default=None, description="What was used, by UTC day.")


class QuotaReceipt(Model):
    """What was counted or taken back, and where the meter stands now."""

    consumption_id: str
    amount: int
    status: str
    quota: Quota


class Quotas(Model):
    """Every meter of the tenant in the current period."""

    plan: str
    quotas: list[Quota]


async def consume_quota(use: QuotaUse, caller: Caller) -> QuotaReceipt:
    """Count `use` where the limit allows. Raises QuotaExceeded, or Conflict for an id that stands for another use."""
    consumption = consumption_of(use, clock.utcnow())
    counted = await count(caller.tenant_id, Entry("use", consumption))
    if counted.decision == "conflict":
        raise Conflict("This consumption_id stands for another use, or one that was refunded. Use a new one.")
    if counted.decision == "refused":
        raise exceeded(counted)
    return _receipt(counted)


async def refund_quota(refund: QuotaRefund, caller: Caller) -> QuotaReceipt:
    """Take a consumption back, in the period that it was counted in; once. Raises NotFound."""
    known = await read(consumption_document(caller.tenant_id, refund.consumption_id), Consumption)
    counted = await count(caller.tenant_id, Entry("refund", known))
    if counted.decision == "unknown":
        raise NotFound()
    return _receipt(counted)


async def show_quotas(caller: Caller) -> Quotas:
    """All meters of the caller's tenant, by Firestore's counters."""
    period = Period.of(clock.utcnow())
    tenant = tenant_reference(caller.tenant_id)
    references = [counter_document(caller.tenant_id, meter, period.name) for meter in METERS]
    found = {snapshot.id: snapshot.to_dict() async for snapshot in firestore().get_all([tenant, *references])}
    plan = (found[tenant.id] or {}).get("plan", "standard")
    shown = []
    for meter, reference in zip(METERS, references, strict=True):
        counter = QuotaCounter.model_validate(found[reference.id] or {"meter": meter, "period": period.name})
        shown.append(_quota(meter, period, counter.used, limit_of(plan, meter), dict(sorted(counter.days.items()))))
    return Quotas(plan=plan, quotas=shown)


def consumption_of(use: QuotaUse, moment: datetime) -> Consumption:
    """The record of a use at that moment."""
    return Consumption(
        id=use.consumption_id,
        meter=use.meter,
        period=Period.of(moment).name,
        day=day_of(moment),
        amount=use.amount,
        fingerprint=json.fingerprint([use.meter, use.amount]),
        counted_at=moment,
        expires_at=moment + KEPT,
    )


def exceeded(counted: Counted) -> QuotaExceeded:
    """What is said where a use did not fit."""
    wanted = counted.consumption
    reset_at = Period(wanted.period).reset_at
    seconds = max(1, math.ceil((reset_at - clock.utcnow()).total_seconds()))
    return QuotaExceeded(
        f"{wanted.amount} of {wanted.meter} do not fit: {counted.used} of {counted.limit} are used until "
        f"{reset_at.isoformat()}.",
        headers={"Retry-After": str(seconds)},
        meter=wanted.meter,
        used=counted.used,
        limit=counted.limit,
        reset_at=reset_at.isoformat(),
    )


def _receipt(counted: Counted) -> QuotaReceipt:
    record = counted.consumption
    quota = _quota(record.meter, Period(record.period), counted.used, counted.limit)
    return QuotaReceipt(consumption_id=record.id, amount=record.amount, status=record.status, quota=quota)


def _quota(meter: Meter, period: Period, used: int, limit: int | None, days: dict[str, int] | None = None) -> Quota:
    remaining = None if limit is None else max(0, limit - used)
    return Quota(
        meter=meter,
        period=period.name,
        used=used,
        limit=limit,
        remaining=remaining,
        reset_at=period.reset_at,
        days=days,
    )
