"""List the mails that the mock took, newest first: what would have gone out, were a provider configured."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.marketing.mail import outbox
from shared_layer.marketing.mail.outbox import OutboxFilter, OutboxMail


@endpoint("GET", "/api/v1/outbox", scope="marketing:read")
async def list_outbox(query: OutboxFilter, caller: Caller) -> Page[OutboxMail]:
    return await outbox.list_outbox(query, caller)
