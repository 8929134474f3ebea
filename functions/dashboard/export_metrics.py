"""Export every metric in Prometheus's text form.

To scrape it: `metrics_path: /api/v1/metrics`, and an operator's key as `authorization: {credentials_file: …}`.
"""

from starlette.responses import Response

from shared_layer.dashboard.exposition import MEDIA_TYPE
from shared_layer.dashboard.prometheus import prometheus_text
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/metrics", scope="platform:operate", tier="none")
async def export_metrics() -> Response:
    return Response(await prometheus_text(), media_type=MEDIA_TYPE)
