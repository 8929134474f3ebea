"""A tenant's quota of mails, for whoever sends them: how many are left, and so many counted once."""

from __future__ import annotations

from shared_layer.access.period import Period
from shared_layer.core import clock
from shared_layer.storage.gcp_clients import firestore
from shared_layer.tenants.quota_commit import count, counter_document, limit_of
from shared_layer.tenants.quota_counter import Entry, QuotaCounter
from shared_layer.tenants.quotas import QuotaUse, consumption_of, exceeded
from shared_layer.tenants.tenant import tenant_reference


async def remaining_mails(tenant_id: str) -> int | None:
    """How many mails the plan leaves this month; None where it sets no limit."""
    references = [tenant_reference(tenant_id), counter_document(tenant_id, "emails", Period.of(clock.utcnow()).name)]
    found = {one.reference.path: one.to_dict() async for one in firestore().get_all(references)}
    limit = limit_of((found[references[0].path] or {}).get("plan", "standard"), "emails")
    if limit is None:
        return None
    stored = found[references[1].path]
    return max(0, limit - (QuotaCounter.model_validate(stored).used if stored else 0))


async def consume_mails(tenant_id: str, consumption_id: str, amount: int) -> None:
    """Count mails under an id; one that was counted stays as it was. Raises QuotaExceeded."""
    use = QuotaUse(consumption_id=consumption_id, meter="emails", amount=amount)
    counted = await count(tenant_id, Entry("use", consumption_of(use, clock.utcnow())))
    if counted.decision == "refused":
        raise exceeded(counted)
