"""Connecting a workspace: a token is offered, shown to Slack by a handler, and taken once Slack says whose it is.

Which team a tenant has is never taken from a caller, only from Slack's `auth.test`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.messaging.events.slack import SlackBackfillDue, SlackConnectDue, SlackConnectionChanged
from shared_layer.messaging.unit import Unit
from shared_layer.slack.connection import (
    NAME,
    Connection,
    connection_document,
    purpose_of,
    stored_connection,
)
from shared_layer.slack.directory import all_channels, all_users, keep_directory
from shared_layer.slack.live import LiveSlack
from shared_layer.slack.web import SlackError
from shared_layer.slack.workspace import forget_workspace, workspace_of
from shared_layer.storage.sealing import seal, unseal

CHANNELS_READ: Final = 100


class Offer(Model):
    """The bot token of the app in the workspace."""

    bot_token: Annotated[str, StringConstraints(pattern=r"^xoxb-[A-Za-z0-9-]{10,200}$")] = Field(
        examples=["xoxb-0000000000-example"],  # pragma: allowlist secret
        description="The Bot User OAuth Token of the app. It is sealed, and never shown again.",
    )


class Offered(Model):
    """That a token was offered: GET /status tells whether Slack took it."""

    status: Literal["connecting"] = "connecting"


async def offer_token(offer: Offer, caller: Caller, unit: Unit) -> Offered:
    """Stage a token to be shown to Slack."""
    workspace = await workspace_of(caller.tenant_id)
    workspace.candidate = seal(offer.bot_token, purpose_of(caller.tenant_id))
    workspace.refused = None
    unit.replace(connection_document(caller.tenant_id), workspace)
    unit.emit(SlackConnectDue(connection=NAME))
    return Offered()


async def disconnect(caller: Caller, unit: Unit) -> None:
    """Stage the end of the connection: the token is forgotten, and so is everything that was read with it."""
    workspace = await stored_connection(caller.tenant_id)
    if workspace is None or workspace.mode == "mock":
        return
    await forget_workspace(caller.tenant_id)
    unit.delete(connection_document(caller.tenant_id))
    unit.emit(SlackConnectionChanged(team_id=workspace.team_id, status="mock", reason="disconnected"))


async def connect(unit: Unit) -> None:
    """Show the offered token to Slack, and stage what it says: the workspace, or why not."""
    offered = await stored_connection(unit.tenant_id)
    if offered is None or offered.candidate is None:
        return
    web = LiveSlack(unseal(offered.candidate, purpose_of(unit.tenant_id)))
    try:
        told = await web.call("auth.test")
        granted = sorted(web.scopes)
        users, channels = await all_users(web, told["team_id"]), await all_channels(web, told["team_id"])
    except SlackError as error:
        offered.candidate, offered.refused = None, error.code
        unit.replace(connection_document(unit.tenant_id), offered)
        return
    if told["team_id"] != offered.team_id:
        await forget_workspace(unit.tenant_id)
    connected = _connected(offered, told, granted)
    unit.replace(connection_document(unit.tenant_id), connected)
    await keep_directory(unit.tenant_id, users, channels)
    for channel in [one for one in channels if one.is_member][:CHANNELS_READ]:
        unit.emit(SlackBackfillDue(channel_id=channel.id))
    unit.emit(SlackConnectionChanged(team_id=connected.team_id, status="connected"))


def _connected(offered: Connection, told: dict[str, str], granted: list[str]) -> Connection:
    connected = offered.model_copy(
        update={
            "mode": "live",
            "team_id": told["team_id"],
            "team_name": told.get("team", ""),
            "bot_user_id": told["user_id"],
            "token": offered.candidate,
            "candidate": None,
            "granted": granted,
            "problem": None,
            "refused": None,
            "connected_at": clock.utcnow(),
        }
    )
    connected.remember_update_time(offered.stored_at)
    return connected
