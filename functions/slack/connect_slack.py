"""Connect a Slack workspace by its app's bot token; GET /status tells once Slack has confirmed it."""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.slack import connecting
from shared_layer.slack.connecting import Offer, Offered


@endpoint(
    "POST",
    "/api/xynergyos/v2/slack/connect",
    scope="slack:write",
    status=202,
    idempotency="optional",
    emits=("slack_connect_due",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def connect_slack(offer: Offer, caller: Caller, unit: Unit) -> Offered:
    return await connecting.offer_token(offer, caller, unit)
