"""Unsubscribing with one click (RFC 8058): by POST alone, without a session, and even where the mail is long erased."""

from __future__ import annotations

from shared_layer.core.errors import NotFound
from shared_layer.marketing.mail.mail import StoredMail, mail_document, target_of
from shared_layer.marketing.mail.suppression import stage_suppression
from shared_layer.marketing.tracking.tokens import TrackedMail, read_token
from shared_layer.messaging.events.marketing import CampaignUnsubscribed
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot


def opened_token(token: str) -> TrackedMail:
    """The mail of a token. Raises NotFound."""
    tracked = read_token("unsubscribe", token)
    if tracked is None:
        raise NotFound("This is no unsubscribe link of ours. Use the one in the mail.")
    return tracked


async def unsubscribe(token: str, outer: Unit) -> None:
    """Let the address get no more campaign mail, at once. Done before, it stays done. Raises NotFound."""
    tracked = opened_token(token)
    outer.context.tenant_id = tracked.tenant_id
    unit = Unit(outer.context, tracked.tenant_id, outer.emits)
    target = target_of(tracked.mail_id)
    reference = mail_document(tracked.tenant_id, tracked.mail_id)
    snapshot = await reference.get()
    mail = from_snapshot(snapshot, StoredMail) if snapshot.exists else None
    email = mail.email if mail else None
    if not await stage_suppression(unit, target.mailbox, email, "unsubscribed", target.campaign_id):
        return
    if mail is not None:
        unit.patch(reference, {"unsubscribed": True})
    unit.emit(
        CampaignUnsubscribed(
            campaign_id=target.campaign_id,
            mail_id=tracked.mail_id,
            contact_id=mail.contact_id if mail else None,
            variant=mail.variant if mail else "",
        )
    )
    await unit.commit()
