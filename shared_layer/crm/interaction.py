"""An interaction: something that passed between us and a contact, once on its timeline, whatever brought word of it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from shared_layer.core.models import Model, PageQuery, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_interactions"
Kind = Literal["mail", "message", "call", "meeting", "note", "payment", "refund", "form", "campaign", "deal"]
Direction = Literal["inbound", "outbound", "internal"]
State = Literal["shown", "deleted", "awaited"]


class InteractionDraft(Model):
    """An interaction that a person records: a call, a meeting, or what no connected system knows of."""

    kind: Literal["call", "meeting", "mail", "message", "note", "campaign"] = "call"
    direction: Direction = "outbound"
    subject: Annotated[str, StringConstraints(max_length=300)] = ""
    text: Annotated[str, StringConstraints(max_length=5000)] = ""
    occurred_at: AwareDatetime | None = Field(default=None, description="Now, where it is left out.")


class Interaction(Model):
    """One entry of a timeline. `reference` is its id where it happened, such as a mail's; `origin` who told of it."""

    id: str
    contact_id: str | None
    kind: Kind
    direction: Direction = "inbound"
    subject: str = ""
    text: str = ""
    amount_minor: int | None = None
    currency: str | None = None
    origin: str
    reference: str
    thread: str | None = None
    occurred_at: datetime
    edited_at: datetime | None = None
    state: State = "shown"
    recorded_by: str
    recorded_at: datetime


class StoredInteraction(Interaction):
    """An interaction with what merges need: `merges` brought it here, `identity` is the hash that it was filed by."""

    merges: list[str] = Field(default_factory=empty_list)
    identity: str | None = None


class TimelineFilter(PageQuery):
    """Which interactions of a contact: of one kind, from `since` (included) to `until` (left out)."""

    kind: Kind | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


def business_id(*parts: str) -> str:
    """The id of what has a key where it happened: told of twice, it is the same document."""
    return "int_" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def interaction_document(tenant_id: str, interaction_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_interactions/{id}`."""
    return tenant_document(tenant_id, COLLECTION, interaction_id)
