"""List the burn-rate alerts of the platform's services, last changed first."""

from shared_layer.dashboard.burn_alerts import AlertFilter, BurnAlert, list_alerts
from shared_layer.front_door import Page, endpoint


@endpoint("GET", "/api/v1/dashboard/burn-alerts", scope="dashboard:read")
async def list_burn_alerts(query: AlertFilter) -> Page[BurnAlert]:
    return await list_alerts(query)
