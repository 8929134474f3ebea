"""What a provider told of a mail, noted on it; who complained and what bounced for good gets no more."""

from __future__ import annotations

from typing import Any, Final

from shared_layer.marketing.mail.mail import StoredMail, mail_document, target_of
from shared_layer.marketing.mail.suppression import Reason, stage_suppression, suppression_document
from shared_layer.messaging.events.gmail import GmailSuppressionChanged
from shared_layer.messaging.events.marketing import CampaignMailFeedback
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot

REASONS: Final[dict[str, Reason]] = {
    "bounced": "bounced",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
}


async def take_feedback(told: CampaignMailFeedback, unit: Unit) -> None:
    """Stage it. In whatever order events come: a mail that bounced was not delivered."""
    reference = mail_document(unit.tenant_id, told.mail_id)
    snapshot = await reference.get()
    mail = from_snapshot(snapshot, StoredMail) if snapshot.exists else None
    if reason := REASONS.get(told.outcome):
        email = mail.email if mail else None
        await stage_suppression(unit, target_of(told.mail_id).mailbox, email, reason, told.campaign_id)
    if mail is None or told.outcome == "deferred":
        return
    changed: dict[str, Any] = {told.outcome: True}
    if told.outcome == "bounced":
        changed |= {"delivered": False, "code": told.detail or None}
    elif told.outcome == "delivered" and mail.bounced:
        return
    unit.patch(reference, changed)


async def take_objection(change: GmailSuppressionChanged, unit: Unit) -> None:
    """Stage what the Gmail service's list says: an objection told there counts here, under the same id."""
    if change.change == "removed":
        stored = (await suppression_document(unit.tenant_id, change.suppression_id).get()).to_dict()
        if stored and stored.get("email") is None and stored.get("reason") == "objected":
            unit.delete(suppression_document(unit.tenant_id, change.suppression_id))
        return
    await stage_suppression(unit, change.suppression_id.removeprefix("sup_"), None, "objected")
