"""Audit a page by its address or its HTML: what keeps it from being found, clicked and read, each with its fix."""

from shared_layer.aso import auditing
from shared_layer.aso.auditing import NewAudit, PageAudit
from shared_layer.front_door import Caller, Resources, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/audits",
    scope="aso:write",
    tier="expensive",
    status=201,
    idempotency="optional",
    body_limit=4 << 20,
    deadline=30,
    emits=("page_audited",),
    resources=Resources(memory=512, concurrency=16),
)
async def audit_page(new: NewAudit, caller: Caller, unit: Unit) -> PageAudit:
    return await auditing.audit_page(new, caller, unit)
