"""A tenant's own monthly AI budget, and what the ledger's sums say of a month."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from shared_layer.ai.money.ledger_page import USAGE
from shared_layer.storage.documents import tenant_collection, tenant_document

SETTINGS: Final = "ai_settings"
BUDGET: Final = "budget"


async def limit_of_tenant(tenant_id: str) -> int | None:
    """The tenant's own limit for a month, in micro-dollars; None where it set none."""
    snapshot = await tenant_document(tenant_id, SETTINGS, BUDGET).get()
    limit = snapshot.to_dict().get("monthly_micros") if snapshot.exists else None
    return None if limit is None else int(limit)


async def spent_in(tenant_id: str, period: str) -> int:
    """What the ledger's sums say was spent in a month such as `2026-11`, in micro-dollars."""
    return sum([day["cost_micros"] async for day in usage_between(tenant_id, f"{period}-01", f"{period}-31")])


async def usage_between(tenant_id: str, first: str, last: str) -> AsyncIterator[dict[str, Any]]:
    """The ledger's sums of days such as `2026-11-28`, both included: one for each operation, principal and model."""
    from google.cloud.firestore_v1.base_query import FieldFilter

    days = tenant_collection(tenant_id, USAGE)
    for operator, day in ((">=", first), ("<=", last)):
        days = days.where(filter=FieldFilter("day", operator, day))
    async for snapshot in days.stream():
        yield snapshot.to_dict() or {}
