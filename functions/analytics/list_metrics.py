"""List the named metrics and dimensions, with what exactly each one means."""

from shared_layer.analytics.glossary import Glossary, glossary
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/analytics/metrics", scope="analytics:read")
async def list_metrics() -> Glossary:
    return glossary()
