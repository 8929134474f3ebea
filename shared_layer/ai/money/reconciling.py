"""Providers held against the ledger, once a day: the models that they still have, and what they say the day cost.

A provider's own figure is asked for where there is an administrator's key for it (OpenAI: `OPENAI_ADMIN_KEY`,
GET /organization/costs). Tenants whose count in Redis and sums in Firestore differ get the sums again.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared_layer.ai.health.events import PLATFORM
from shared_layer.ai.money.budget import budget_keys, period_of
from shared_layer.ai.money.budget_settings import limit_of_tenant, spent_in
from shared_layer.ai.money.ledger_page import USAGE
from shared_layer.ai.money.ledger_stream import STREAM
from shared_layer.ai.providers.check import CHECK_SECONDS, check
from shared_layer.ai.providers.clients import get
from shared_layer.ai.providers.errors import ProviderError
from shared_layer.ai.providers.provider import MICROS, Provider, use_own_keys
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.messaging.events.ai import AiProviderReconciled
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import RedisUnavailable, redis

DRIFT: Final = 0.01
"""A difference of more than one part in a hundred is worth a warning."""


async def reconcile_providers(unit: Unit) -> list[AiProviderReconciled]:
    """Stage an event for each configured provider, about yesterday."""
    yesterday = clock.utcnow().date() - timedelta(days=1)
    by_provider, by_tenant = await _ledger_of(yesterday.isoformat())
    told = []
    for provider in PROVIDERS:
        if not provider.configured:
            continue
        seen = await check(provider)
        event = AiProviderReconciled(
            provider=provider.id,
            day=yesterday.isoformat(),
            ledger_micros=by_provider.get(provider.id, 0),
            invoice_micros=await _invoice(provider, datetime(*yesterday.timetuple()[:3], tzinfo=UTC)),
            missing_models=seen.missing_models,
        )
        _warn(event, seen.problem)
        unit.emit(event, PLATFORM)
        told.append(event)
    for tenant_id in by_tenant:
        await _recount(tenant_id)
    return told


async def _ledger_of(day: str) -> tuple[dict[str, int], dict[str, int]]:
    """What all tenants spent on a day, by provider and by tenant."""
    from google.cloud.firestore_v1.base_query import FieldFilter

    by_provider: dict[str, int] = {}
    by_tenant: dict[str, int] = {}
    days = firestore().collection_group(USAGE).where(filter=FieldFilter("day", "==", day))
    async for snapshot in days.stream():
        sums = snapshot.to_dict() or {}
        tenant_id = snapshot.reference.parent.parent.id
        by_provider[sums["provider"]] = by_provider.get(sums["provider"], 0) + sums["cost_micros"]
        by_tenant[tenant_id] = by_tenant.get(tenant_id, 0) + sums["cost_micros"]
    return by_provider, by_tenant


async def _invoice(provider: Provider, day: datetime) -> int | None:
    """What the provider says a day cost, in micro-dollars; None where it does not tell."""
    key = os.environ.get(f"{provider.id.upper()}_ADMIN_KEY")
    if not key:
        return None
    use_own_keys(PLATFORM, {provider.id: key})
    begin = int(day.timestamp())
    try:
        path = f"/organization/costs?start_time={begin}&end_time={begin + 86_400}&limit=1"
        return _sum_of(await get(provider, path, CHECK_SECONDS))
    except (ProviderError, TimeoutError, ValueError, KeyError, TypeError) as error:
        log("WARNING", "ai_invoice_unread", f"{type(error).__name__}: {error}", provider=provider.id)
        return None
    finally:
        use_own_keys("", {})


def _sum_of(answer: Any) -> int:
    """The sum of OpenAI's cost buckets."""
    results = [result for bucket in answer["data"] for result in bucket["results"]]
    return round(sum(float(result["amount"]["value"]) for result in results) * MICROS)


def _warn(event: AiProviderReconciled, problem: str | None) -> None:
    if problem:
        log("WARNING", "ai_provider_unchecked", problem, provider=event.provider)
    if event.missing_models:
        log("WARNING", "ai_models_missing", ", ".join(event.missing_models), provider=event.provider)
    invoice = event.invoice_micros
    if invoice is not None and abs(invoice - event.ledger_micros) > DRIFT * invoice:
        told = f"the invoice says {event.invoice_micros}, the ledger {event.ledger_micros} micro-dollars"
        log("WARNING", "ai_invoice_drift", told, provider=event.provider)


async def _recount(tenant_id: str) -> None:
    """Compare a tenant's count in Redis with the sums, and put it right where no call is under way."""
    period = period_of(clock.now())
    key, held = budget_keys(tenant_id, period)
    try:
        counted = await redis().command("HGET", key, "spent")
        if counted is None or await redis().command("ZCARD", held) or await redis().command("XLEN", STREAM):
            return  # calls are under way, or pages: the two differ rightly
        spent, limit = await spent_in(tenant_id, period), await limit_of_tenant(tenant_id)
        if int(counted) != spent:
            log("WARNING", "ai_budget_recounted", f"{int(counted)} counted, {spent} in the ledger", tenant_id=tenant_id)
            await redis().command("HSET", key, "spent", spent)
        if limit is not None:
            await redis().command("HSET", key, "limit", limit)
    except RedisUnavailable as error:
        log("WARNING", "ai_budget_not_recounted", str(error), tenant_id=tenant_id)
