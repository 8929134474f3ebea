"""Let an address get no more campaign mail."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.marketing.mail import suppression
from shared_layer.marketing.mail.suppression import MarketingSuppression, NewMarketingSuppression


@endpoint(
    "POST",
    "/api/v1/suppressions",
    scope="marketing:write",
    status=201,
    idempotency="optional",
    emits=("marketing_suppression_changed",),
)
async def suppress_mail(new: NewMarketingSuppression, caller: Caller, unit: Unit) -> MarketingSuppression:
    return await suppression.suppress(new, caller, unit)
