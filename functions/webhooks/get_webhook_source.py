"""Get one source of webhooks."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.webhooks import sources
from shared_layer.webhooks.source import Source


@endpoint("GET", "/api/v1/webhook-sources/{source_id}", scope="webhooks:read")
async def get_webhook_source(source_id: Id, caller: Caller) -> Source:
    return await sources.get_source(source_id, caller)
