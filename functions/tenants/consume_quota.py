"""Count use against a monthly quota, before the work is done.

The same `consumption_id` is counted once. 429 with `reset_at` where the rest of the quota is too small; nothing is
counted then.
"""

from shared_layer.front_door import Caller, Resources, endpoint
from shared_layer.tenants.quotas import QuotaReceipt, QuotaUse
from shared_layer.tenants.quotas import consume_quota as consume


@endpoint(
    "POST",
    "/api/v1/quotas:consume",
    scope="quotas:use",
    tier="none",
    idempotency="optional",
    emits=("quota_threshold_reached",),
    resources=Resources(concurrency=400),  # calls wait for the same commit: waiting costs the instance nothing
)
async def consume_quota(use: QuotaUse, caller: Caller) -> QuotaReceipt:
    return await consume(use, caller)
