"""Take a consumption back, because its work failed. Taking it back twice is done once."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.tenants.quotas import QuotaReceipt, QuotaRefund
from shared_layer.tenants.quotas import refund_quota as refund_consumption


@endpoint("POST", "/api/v1/quotas:refund", scope="quotas:use", tier="none", idempotency="optional")
async def refund_quota(refund: QuotaRefund, caller: Caller) -> QuotaReceipt:
    return await refund_consumption(refund, caller)
