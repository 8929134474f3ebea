"""See the tenant's own API calls and AI costs, day by day (UTC), as of about a second ago."""

from shared_layer.dashboard.business_metrics import Days, OwnUse, own_use
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/metrics/own", scope="dashboard:read", while_suspended=True)
async def get_own_metrics(wanted: Days, caller: Caller) -> OwnUse:
    return await own_use(caller.tenant_id, wanted)
