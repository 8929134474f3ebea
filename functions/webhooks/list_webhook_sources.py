"""List the tenant's sources of webhooks, newest first."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.webhooks import sources
from shared_layer.webhooks.source import Source, SourceFilter


@endpoint("GET", "/api/v1/webhook-sources", scope="webhooks:read")
async def list_webhook_sources(query: SourceFilter, caller: Caller) -> Page[Source]:
    return await sources.list_sources(query, caller)
