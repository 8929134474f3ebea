"""Take what Slack's Events API sends: signed by Slack, stored at once, worked on afterwards."""

from starlette.requests import Request

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.front_door.raw_body import raw_body
from shared_layer.slack.receiving import BODY_LIMIT, SlackReceipt, receive


@endpoint(
    "POST",
    "/api/xynergyos/v2/slack/events",
    scope=PUBLIC,
    tier="none",
    deadline=3,
    emits=("slack_event_due",),
    resources=Resources(min_instances=1, secrets=("xynergy-slack-signing-secret",)),
)
async def receive_slack_events(request: Request, unit: Unit) -> SlackReceipt:
    headers = request.headers
    signature = headers.get("x-slack-signature")
    return await receive(await raw_body(request, BODY_LIMIT), headers.get("x-slack-request-timestamp"), signature, unit)
