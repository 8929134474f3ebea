"""List the calls that were taken, latest first, with what became of each: unknown types are kept, not dropped."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.webhooks import received
from shared_layer.webhooks.received import ReceivedFilter, ReceivedWebhook


@endpoint("GET", "/api/v1/webhooks/received", scope="webhooks:read")
async def list_received_webhooks(query: ReceivedFilter, caller: Caller) -> Page[ReceivedWebhook]:
    return await received.list_received(query, caller)
