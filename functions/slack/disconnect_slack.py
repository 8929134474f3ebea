"""Disconnect Slack: the token and everything that was read with it are forgotten."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.slack import connecting


@endpoint(
    "DELETE",
    "/api/xynergyos/v2/slack/connection",
    scope="slack:write",
    status=204,
    emits=("slack_connection_changed",),
)
async def disconnect_slack(caller: Caller, unit: Unit) -> None:
    await connecting.disconnect(caller, unit)
