"""Connected mailboxes, and who may look into which.

A mailbox that a person connected is that person's; one that was connected with an API key is the company's, as its
keys are. `visibility` says what others see: everything, the subject, or only who wrote to whom and when (as Twenty's
message channels have it). Operations show others only mailboxes of `everything`; the CRM's timeline is told no more
than others may see.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import new_id
from shared_layer.core.models import Entity
from shared_layer.storage.documents import from_snapshot, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "gmail_mailboxes"
MAILBOXES_AT_MOST: Final = 30
"""Of a tenant: what one query over some of them can name."""

COMPANY: Final = "company"

Visibility = Literal["everything", "subject", "metadata"]


class Mailbox(Entity):
    """A mailbox. `history_id` is the cursor into its history; None until its newest mail was read."""

    id: str
    email: str
    owner: str
    visibility: Visibility
    mode: Literal["mock", "live"]
    refresh_token: str | None = None
    problem: str | None = None
    history_id: int | None = None
    resync_to: int | None = Field(default=None, description="The cursor to be taken when a bounded resync is done.")
    resync_rounds: int = 0
    watch_expires_at: datetime | None = None
    last_synced_at: datetime | None = None
    opened_at: float = 0.0

    def open_to(self, caller: Caller) -> bool:
        """Whether the caller may read the mail in it."""
        return self.visibility == "everything" or self.owner == owner_of(caller)


def owner_of(caller: Caller) -> str:
    """Whose a mailbox is that the caller connects: the person's, or the company's where an API key acts."""
    return caller.principal if caller.principal.startswith("user_") else COMPANY


def mailbox_document(tenant_id: str, mailbox_id: str) -> AsyncDocumentReference:
    """A mailbox."""
    return tenant_document(tenant_id, COLLECTION, mailbox_id)


def purpose_of(tenant_id: str, mailbox_id: str) -> str:
    """What a refresh token is sealed for."""
    return f"gmail refresh token of {tenant_id} {mailbox_id}"


async def mailboxes_of(tenant_id: str) -> list[Mailbox]:
    """All mailboxes of a tenant, at most 30."""
    found = await tenant_collection(tenant_id, COLLECTION).limit(MAILBOXES_AT_MOST).get()
    return sorted((from_snapshot(one, Mailbox) for one in found), key=lambda one: one.created_at)


async def stored_mailbox(tenant_id: str, mailbox_id: str) -> Mailbox | None:
    """A mailbox where it is still connected."""
    snapshot = await mailbox_document(tenant_id, mailbox_id).get()
    return from_snapshot(snapshot, Mailbox) if snapshot.exists else None


async def mailboxes_called(email: str) -> list[tuple[str, Mailbox]]:
    """The connected mailboxes with an address, each with its tenant: Gmail's notices name nothing else."""
    from google.cloud.firestore import FieldFilter

    found = firestore().collection_group(COLLECTION).where(filter=FieldFilter("email", "==", email.lower())).limit(20)
    return [(one.reference.parent.parent.id, from_snapshot(one, Mailbox)) async for one in found.stream()]


async def readable_mailboxes(caller: Caller) -> list[Mailbox]:
    """The mailboxes that the caller may read; the made-up one is opened where there is none at all."""
    from shared_layer.gmail.opening import open_mock

    found = await mailboxes_of(caller.tenant_id) or [await open_mock(caller.tenant_id)]
    return [mailbox for mailbox in found if mailbox.open_to(caller)]


async def writable_mailbox(mailbox_id: str | None, caller: Caller) -> Mailbox:
    """The mailbox to send from: the one named, else the caller's own first. Raises NotFound."""
    readable = await readable_mailboxes(caller)
    own = [one for one in readable if one.owner == owner_of(caller)] or readable
    chosen = [one for one in readable if one.id == mailbox_id] if mailbox_id else own[:1]
    if not chosen:
        raise NotFound("There is no mailbox to send from under that id. GET /status lists them.")
    return chosen[0]


def new_mailbox(email: str, owner: str, visibility: Visibility, mode: Literal["mock", "live"]) -> Mailbox:
    """A mailbox of which nothing was read yet."""
    moment = clock.utcnow()
    return Mailbox(
        id=new_id("mbx"),
        email=email.lower(),
        owner=owner,
        visibility=visibility,
        mode=mode,
        opened_at=moment.timestamp(),
        created_at=moment,
        updated_at=moment,
    )
