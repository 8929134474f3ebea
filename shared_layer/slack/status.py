"""How the connection to Slack is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.slack.connection import Connection
from shared_layer.slack.receiving import DELIVERIES
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import tenant_collection


class SlackStatus(Model):
    """`connected` to a workspace, `degraded` (see `problem` and `scopes_missing`), or a made-up one (`mock`)."""

    status: Literal["connected", "mock", "degraded"]
    team_id: str
    team_name: str
    scopes_missing: list[str]
    problem: str | None = Field(description="Slack's error code; connect the workspace again.")
    connecting: bool = Field(description="Whether a token waits to be shown to Slack.")
    refused: str | None = Field(description="Why Slack did not take the token that was offered last.")
    connected_at: datetime | None
    last_event_at: datetime | None
    last_event_age_seconds: int | None
    events_url: str = Field(description="The Request URL for the app's Event Subscriptions.")


async def slack_status(caller: Caller) -> SlackStatus:
    """The state of the tenant's connection."""
    from shared_layer.core.settings import settings

    workspace = await workspace_of(caller.tenant_id)
    last = await _last_event(caller.tenant_id)
    return SlackStatus(
        status=_status(workspace),
        team_id=workspace.team_id,
        team_name=workspace.team_name,
        scopes_missing=workspace.missing_scopes,
        problem=workspace.problem,
        connecting=workspace.candidate is not None,
        refused=workspace.refused,
        connected_at=workspace.connected_at,
        last_event_at=last,
        last_event_age_seconds=max(0, int((clock.utcnow() - last).total_seconds())) if last else None,
        events_url=f"{settings().gateway_url}/api/xynergyos/v2/slack/events",
    )


def _status(workspace: Connection) -> Literal["connected", "mock", "degraded"]:
    if workspace.mode == "mock":
        return "mock"
    return "degraded" if workspace.problem or workspace.missing_scopes else "connected"


async def _last_event(tenant_id: str) -> datetime | None:
    from google.cloud.firestore import Query

    newest = tenant_collection(tenant_id, DELIVERIES).order_by("received_at", direction=Query.DESCENDING).limit(1)
    for snapshot in await newest.get():
        received: datetime = snapshot.get("received_at")
        return received
    return None
