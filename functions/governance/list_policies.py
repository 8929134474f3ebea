"""List the tenant's policies, newest first."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.governance.policy import Policy
from shared_layer.governance.policy import list_policies as list_all


@endpoint("GET", "/api/v1/policies", scope="governance:read")
async def list_policies(paging: PageQuery, caller: Caller) -> Page[Policy]:
    return await list_all(paging, caller)
