"""See the health of every service: status, latency percentiles, error rate, cache hits and breakers.

The figures are at most a second old. `stale` says that they could not be measured since `as_of`.
"""

from shared_layer.dashboard.overview import Overview
from shared_layer.dashboard.tenant_view import overview_for
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/dashboard/overview", scope="dashboard:read")
async def get_overview(caller: Caller) -> Overview:
    return await overview_for(caller.tenant_id)
