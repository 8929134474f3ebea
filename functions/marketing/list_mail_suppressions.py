"""List the addresses that get no campaign mail, newest first."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.marketing.mail import suppression
from shared_layer.marketing.mail.suppression import MarketingSuppression


@endpoint("GET", "/api/v1/suppressions", scope="marketing:read")
async def list_mail_suppressions(query: PageQuery, caller: Caller) -> Page[MarketingSuppression]:
    return await suppression.list_suppressions(query, caller)
