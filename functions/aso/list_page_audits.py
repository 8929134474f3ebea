"""List audits of pages, newest first; those of one address to see it become better."""

from shared_layer.aso import auditing
from shared_layer.aso.auditing import AuditFilter, AuditSummary
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/aso/audits", scope="aso:read")
async def list_page_audits(query: AuditFilter, caller: Caller) -> Page[AuditSummary]:
    return await auditing.list_audits(query, caller)
