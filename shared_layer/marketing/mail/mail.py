"""One mail to one mailbox: what is known of it from the day its audience was taken.

    held ──(a test's winner is known)──> waiting ──> sending ──> sent
                                           ^  |         |
                                           '--'         '──> failed, skipped or in_doubt, with the reason in `code`

`open` mails are looked at again at `due_at`: when they may leave, or when whoever sends them must be dead. A mail's id
is made of campaign, mailbox and round, so that nobody gets one twice, however often the audience is taken.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.crm.identity import canonical_email
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "marketing_mails"
LEASE: Final = timedelta(seconds=60)
State = Literal["held", "waiting", "sending", "sent", "skipped", "failed", "in_doubt"]


class Mail(Entity):
    """A mail of a campaign. `round` 2 is the one to those who did not click; `test` belongs to the A/B test.

    `clicked` and `opened` are by people as far as can be told; what scanners and prefetching readers did is counted in
    `machine_clicks` and `machine_opens`.
    """

    id: str
    campaign_id: str
    contact_id: str
    email: str
    variant: str
    round: int = 1
    test: bool = False
    state: State = "waiting"
    code: str | None = Field(default=None, description="Why it failed, was skipped or waits.")
    due_at: datetime
    sent_at: datetime | None = None
    provider: str | None = None
    delivered: bool = False
    bounced: bool = False
    complained: bool = False
    opened: bool = False
    clicked: bool = False
    clicked_at: datetime | None = None
    unsubscribed: bool = False
    machine_opens: int = 0
    machine_clicks: int = 0


class StoredMail(Mail):
    """A mail with what only its sending needs: `claims` counts attempts, `failures` those that were refused."""

    open: bool = True
    zones: list[str] = Field(default_factory=empty_list)
    claims: int = 0
    failures: int = 0
    provider_id: str | None = None

    def shown(self) -> Mail:
        """The mail as its readers see it."""
        return Mail.model_validate(self.model_dump())


class MailFilter(PageQuery):
    """Which mails of a campaign: in one state."""

    state: State | None = None


class MailTarget(Model):
    """Campaign, mailbox and round of a mail's id."""

    campaign_id: str
    mailbox: str
    round: int


def mailbox_key(tenant_id: str, email: str) -> str:
    """A mailbox, however it is spelled, as a number that tells nothing; another tenant's is another."""
    return hashlib.sha256(f"{tenant_id} {canonical_email(email)}".encode()).hexdigest()[:24]


def mail_id(campaign_id: str, mailbox: str, round: int) -> str:
    """The id of a mail."""
    return f"{campaign_id}-{mailbox}-{round}"


def target_of(mail: str) -> MailTarget:
    """What a mail's id is made of. Raises ValueError for another text."""
    campaign_id, mailbox, number = mail.rsplit("-", 2)
    return MailTarget(campaign_id=campaign_id, mailbox=mailbox, round=int(number))


def mail_document(tenant_id: str, mail: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/marketing_mails/{id}`."""
    return tenant_document(tenant_id, COLLECTION, mail)
