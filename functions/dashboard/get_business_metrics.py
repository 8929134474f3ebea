"""See who uses the platform: active tenants, and the API calls and AI costs of those that call most."""

from shared_layer.dashboard.business_metrics import BusinessMetrics, TopTenants, business_metrics
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/metrics/business", scope="platform:operate")
async def get_business_metrics(wanted: TopTenants) -> BusinessMetrics:
    return await business_metrics(wanted)
