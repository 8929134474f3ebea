"""See every service's metrics: requests, errors, latency histogram and quantiles, cache, and the AI breakers."""

from shared_layer.dashboard.service_metrics import AllServiceMetrics, MetricsWindow, service_metrics
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/metrics/services", scope="dashboard:read")
async def get_service_metrics(window: MetricsWindow) -> AllServiceMetrics:
    return await service_metrics(window)
