"""A budget while Redis is away: this instance's own count against the ledger's sums as they were a moment ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared_layer.ai.money.budget_errors import BudgetExceeded
from shared_layer.ai.money.budget_settings import limit_of_tenant, spent_in
from shared_layer.core import clock

FRESH_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Count:
    spent: int
    limit: int | None
    read_at: float
    held: int = 0


_counts: dict[tuple[str, str], _Count] = {}


async def hold_locally(tenant_id: str, period: str, micros: int, allowed: int | None) -> None:
    """Count `micros` as spent until the sums are read again. Raises BudgetExceeded."""
    known = _counts.get((tenant_id, period))
    if known is None or clock.now() - known.read_at > FRESH_SECONDS:
        spent, limit = await spent_in(tenant_id, period), await limit_of_tenant(tenant_id)
        known = _counts[tenant_id, period] = _Count(spent, limit, clock.now())
    limits = [limit for limit in (known.limit, allowed) if limit is not None]
    if limits and known.spent + known.held + micros > min(limits):
        raise BudgetExceeded.at(period, micros, known.spent, known.held, min(limits))
    known.held += micros
