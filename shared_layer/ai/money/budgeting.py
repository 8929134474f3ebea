"""A tenant's AI budget for a month: shown, and set."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field

from shared_layer.access.plans import PLANS
from shared_layer.ai.money.budget import budget_keys, load, period_of
from shared_layer.ai.money.budget_settings import BUDGET, SETTINGS, limit_of_tenant, spent_in
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.logs import log
from shared_layer.core.models import Model
from shared_layer.messaging.events.ai import AiBudgetChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.redis import RedisUnavailable, redis


class BudgetText(Model):
    """The limit for a calendar month (UTC), in millionths of a US dollar; null: the plan's alone."""

    monthly_micros: Annotated[int, Field(ge=0, le=10**12, examples=[25_000_000])] | None


class Budget(Model):
    """Where the month stands, in millionths of a US dollar; `limit_micros` is the lower of the tenant's and the plan's.

    `reserved_micros` is held for calls under way.
    """

    period: str
    monthly_micros: int | None
    plan_micros: int | None
    limit_micros: int | None
    spent_micros: int
    reserved_micros: int
    remaining_micros: int | None


async def show_budget(caller: Caller) -> Budget:
    """The budget of the current month."""
    return await _budget(caller, await limit_of_tenant(caller.tenant_id))


async def set_budget(text: BudgetText, caller: Caller, unit: Unit) -> Budget:
    """Stage another limit; it holds for the next call on any instance."""
    tenant_id = caller.tenant_id
    changed = {"monthly_micros": text.monthly_micros, "changed_by": caller.principal, "changed_at": clock.utcnow()}
    unit.put(tenant_document(tenant_id, SETTINGS, BUDGET), changed)
    unit.emit(AiBudgetChanged(actor=caller.principal, monthly_micros=text.monthly_micros))
    unit.after_commit(partial(_make_known, tenant_id, text.monthly_micros))
    return await _budget(caller, text.monthly_micros)


async def _budget(caller: Caller, own: int | None) -> Budget:
    period = period_of(clock.now())
    plan = PLANS.get(caller.plan)
    of_plan = plan.quotas.get("ai_usd") if plan else None
    limits = [limit for limit in (own, of_plan) if limit is not None]
    limit = min(limits) if limits else None
    spent, reserved = await _counted(caller.tenant_id, period)
    return Budget(
        period=period,
        monthly_micros=own,
        plan_micros=of_plan,
        limit_micros=limit,
        spent_micros=spent,
        reserved_micros=reserved,
        remaining_micros=None if limit is None else max(0, limit - spent - reserved),
    )


async def _counted(tenant_id: str, period: str) -> tuple[int, int]:
    """What is spent and held; without Redis the ledger's sums alone."""
    key, _ = budget_keys(tenant_id, period)
    try:
        spent, reserved = await redis().command("HMGET", key, "spent", "reserved")
    except RedisUnavailable:
        spent = reserved = None
    return (await spent_in(tenant_id, period) if spent is None else int(spent)), int(reserved or 0)


async def _make_known(tenant_id: str, limit: int | None) -> None:
    """Have the count in Redis follow; where it cannot, it is said in the log and the nightly reconciliation does."""
    period = period_of(clock.now())
    key, _ = budget_keys(tenant_id, period)
    try:
        if not await redis().command("EXISTS", key):
            await load(tenant_id, period)
        elif limit is None:
            await redis().command("HDEL", key, "limit")
        else:
            await redis().command("HSET", key, "limit", limit)
    except RedisUnavailable as error:
        log("WARNING", "ai_budget_not_known_yet", str(error), tenant_id=tenant_id)
