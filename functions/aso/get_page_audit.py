"""Get a page's audit: scores, what the page has, and every finding with its reason and fix."""

from shared_layer.aso import auditing
from shared_layer.aso.auditing import PageAudit
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/aso/audits/{audit_id}", scope="aso:read")
async def get_page_audit(audit_id: Id, caller: Caller) -> PageAudit:
    return await auditing.get_audit(audit_id, caller)
