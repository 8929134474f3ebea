"""List a campaign's mails, newest first: to whom, in which state, and why one was skipped or failed."""

from shared_layer.front_door import Caller, Id, Page, endpoint
from shared_layer.marketing.mail.listing import list_mails
from shared_layer.marketing.mail.mail import Mail, MailFilter


@endpoint("GET", "/api/v1/campaigns/{campaign_id}/mails", scope="marketing:read")
async def list_campaign_mails(campaign_id: Id, query: MailFilter, caller: Caller) -> Page[Mail]:
    return await list_mails(campaign_id, query, caller)
