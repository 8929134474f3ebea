"""Which workspace a tenant has: its own, once a bot token was shown to Slack, and the made-up agency's until then.

One document a tenant, `tenants/{tenant}/slack_connections/slack`. The token lies sealed in it and is never shown. An
event of Slack finds its tenants by `team_id`: a team belongs to whoever proved to hold a token of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.models import Entity, empty_list
from shared_layer.slack.live import LiveSlack
from shared_layer.slack.mock import MockSlack
from shared_layer.slack.web import SlackWeb
from shared_layer.storage.documents import from_snapshot, tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.sealing import unseal

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "slack_connections"
NAME: Final = "slack"
TENANTS_OF_A_TEAM: Final = 20

SCOPES: Final = (
    *("channels:history", "channels:read", "chat:write", "groups:history", "groups:read"),
    *("users:read", "users:read.email"),
)
"""The bot scopes that the platform asks for."""


class Connection(Entity):
    """A workspace. `candidate` is a sealed token that Slack has not confirmed yet; `problem` Slack's error code."""

    mode: Literal["mock", "live"] = "mock"
    team_id: str
    team_name: str
    bot_user_id: str
    opened_at: float = Field(description="Seconds since the epoch; the mock's messages lie before it.")
    token: str | None = None
    candidate: str | None = None
    granted: list[str] = Field(default_factory=empty_list)
    problem: str | None = None
    refused: str | None = Field(default=None, description="Why the last token that was offered was not taken.")
    connected_at: datetime | None = None

    def web(self, tenant_id: str) -> SlackWeb:
        """Slack's Web API for this workspace. Raises Unavailable where the sealing key is missing."""
        if self.mode == "live" and self.token is not None:
            return LiveSlack(unseal(self.token, purpose_of(tenant_id)))
        return MockSlack(tenant_id, self.opened_at)

    @property
    def missing_scopes(self) -> list[str]:
        """What the platform asks for and the token lacks."""
        return [] if self.mode == "mock" else sorted(set(SCOPES) - set(self.granted))


def purpose_of(tenant_id: str) -> str:
    """What a token is sealed for."""
    return f"slack bot token of {tenant_id}"


def connection_document(tenant_id: str) -> AsyncDocumentReference:
    """The tenant's connection."""
    return tenant_document(tenant_id, COLLECTION, NAME)


async def stored_connection(tenant_id: str) -> Connection | None:
    """The tenant's connection where there is one yet."""
    snapshot = await connection_document(tenant_id).get()
    return from_snapshot(snapshot, Connection) if snapshot.exists else None


async def tenants_of_team(team_id: str) -> list[str]:
    """The tenants that have the workspace, at most 20."""
    from google.cloud.firestore import FieldFilter

    found = firestore().collection_group(COLLECTION).where(filter=FieldFilter("team_id", "==", team_id))
    return [snapshot.reference.parent.parent.id async for snapshot in found.limit(TENANTS_OF_A_TEAM).stream()]


def mock_connection(tenant_id: str) -> Connection:
    """A made-up workspace, opened now."""
    from shared_layer.slack.agency import Agency

    moment = clock.utcnow()
    agency = Agency(tenant_id, moment.timestamp())
    return Connection(
        team_id=agency.team["id"],
        team_name=agency.team["name"],
        bot_user_id=agency.bot_id,
        opened_at=moment.timestamp(),
        created_at=moment,
        updated_at=moment,
    )
