"""List the legal holds that stand, newest first."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.governance.legal_hold import LegalHold, list_holds


@endpoint("GET", "/api/v1/privacy/legal-holds", scope="governance:read")
async def list_legal_holds(paging: PageQuery, caller: Caller) -> Page[LegalHold]:
    return await list_holds(paging, caller)
