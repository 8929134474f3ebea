"""The front door's count of API calls, made durable: folded from Redis into the quota's counter in Firestore.

The door counts in Redis, in the round trip that it makes anyway. Every five minutes what came since is added to the
counter, which is what `GET /api/v1/quotas` shows and what thresholds are told from. A Redis that was lost begins at
zero: it is given back what had been folded, so that a quota is not had twice; at most five minutes of calls are free.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared_layer.access.period import Period, calls_key, day_of
from shared_layer.core import clock
from shared_layer.governance.group_commit import until_unopposed
from shared_layer.messaging.unit import Unit
from shared_layer.storage import tenant_counts
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import redis
from shared_layer.storage.tenant_counts import CALLS, day_name
from shared_layer.tenants.quota_commit import counter_document, limit_of, threshold_reached
from shared_layer.tenants.quota_counter import QuotaCounter, fold, newly_reached
from shared_layer.tenants.tenant import tenant_reference

MOST: Final = 100_000
OVERLAP: Final = timedelta(minutes=15)
"""So long after a month's or a day's turn the former one is folded as well."""


async def fold_all(unit: Unit) -> None:
    """Fold the calls of every tenant that made one today. Raises RedisUnavailable."""
    moment = clock.utcnow()
    periods = dict.fromkeys((Period.of(moment - OVERLAP).name, Period.of(moment).name))
    days = dict.fromkeys((day_name(moment - OVERLAP), day_name(moment)))
    tenants = dict.fromkeys([tenant for day in days for tenant in await tenant_counts.top(CALLS, day, MOST)])
    for tenant_id in tenants:
        for period in periods:
            await fold_calls(tenant_id, period, unit)


async def fold_calls(tenant_id: str, period: str, unit: Unit) -> None:
    """Fold one tenant's calls of one period; again where somebody else wrote the counter meanwhile."""
    key = calls_key(tenant_id, period)

    async def attempt() -> None:
        at_the_door = int(await redis().command("GET", key) or 0)
        reference = counter_document(tenant_id, "api_calls", period)
        found = {
            each.reference.path: each async for each in firestore().get_all([tenant_reference(tenant_id), reference])
        }
        tenant, stored = found[tenant_reference(tenant_id).path], found[reference.path]
        counter = QuotaCounter.model_validate(stored.to_dict() or {"meter": "api_calls", "period": period})
        if at_the_door < counter.folded:
            at_the_door = int(await redis().command("INCRBY", key, counter.folded))
        if at_the_door == counter.folded or not tenant.exists or tenant.get("status") == "erased":
            return
        fold(counter, at_the_door, day_of(clock.utcnow()))
        step = Unit(unit.context, tenant_id, unit.emits)
        limit = limit_of(tenant.get("plan"), "api_calls")
        for percent in newly_reached(counter, limit):
            step.emit(threshold_reached(counter, percent, limit or 0))
        if stored.exists:
            step.patch_unchanged(reference, counter.model_dump(), stored.update_time)
        else:
            step.create(reference, counter.model_dump())
        await step.commit()

    await until_unopposed(attempt)
