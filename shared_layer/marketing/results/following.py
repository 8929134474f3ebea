"""What a decision sets going: the rest let go with the winner, and the second round to those who did not click.

Both go part by part, each part one commit with its place in the inbox. A mail of the second round has an id of its
own, made of campaign and mailbox, so that it can exist once only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared_layer.core import clock
from shared_layer.marketing.mail.halting import mailing
from shared_layer.marketing.mail.mail import COLLECTION, StoredMail, mail_document, mail_id, target_of
from shared_layer.marketing.mail.send import Send, send_document
from shared_layer.messaging.events.marketing import CampaignReleaseDue, CampaignResendDue, CampaignSendDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

PART: Final = 200


async def release_part(due: CampaignReleaseDue, unit: Unit) -> None:
    """Stage that the next of those who waited get what the test came to."""
    send = await mailing(due.campaign_id, unit.tenant_id)
    if send is None or send.decision is None or send.state == "finished":
        return
    page = await _taken(_mails(due.campaign_id, unit.tenant_id, "held").order_by("__name__").limit(PART))
    moment = clock.utcnow()
    for snapshot in page:
        fields = {"variant": send.decision.variant, "state": "waiting", "open": True, "due_at": moment}
        mail = mail_document(unit.tenant_id, snapshot.id)
        unit.patch_unchanged(mail, fields | {"updated_at": moment}, snapshot.update_time)
    if len(page) == PART:
        unit.emit(CampaignReleaseDue(campaign_id=due.campaign_id, part=due.part + 1))
    else:
        _stage_sending(send, unit)


async def resend_part(due: CampaignResendDue, unit: Unit) -> None:
    """Stage the second mails of the next of those who got the first one and did not click."""
    send = await mailing(due.campaign_id, unit.tenant_id)
    if send is None or send.resent_at is None or send.state == "finished":
        return
    query = (
        _mails(due.campaign_id, unit.tenant_id, "sent").where(filter=_first_round()).order_by("__name__").limit(PART)
    )
    if due.after is not None:
        query = query.start_after({"__name__": due.after})
    page = await _taken(query)
    for snapshot in page:
        first = from_snapshot(snapshot, StoredMail)
        if not (first.clicked or first.unsubscribed or first.bounced or first.complained):
            second = _second(first)
            unit.create(mail_document(unit.tenant_id, second.id), second.model_dump())
    if len(page) == PART:
        unit.emit(CampaignResendDue(campaign_id=due.campaign_id, after=page[-1].id))
    else:
        _stage_sending(send, unit)


def _stage_sending(send: Send, unit: Unit) -> None:
    moment = clock.utcnow()
    unit.patch(send_document(unit.tenant_id, send.id), {"state": "sending", "wake_at": None if send.halted else moment})
    unit.emit(CampaignSendDue(campaign_id=send.id, turn=1))


def _second(first: StoredMail) -> StoredMail:
    moment, target = clock.utcnow(), target_of(first.id)
    return StoredMail(
        id=mail_id(first.campaign_id, target.mailbox, 2),
        campaign_id=first.campaign_id,
        contact_id=first.contact_id,
        email=first.email,
        variant=first.variant,
        round=2,
        due_at=moment,
        zones=first.zones,
        created_at=moment,
        updated_at=moment,
    )


def _mails(campaign_id: str, tenant_id: str, state: str) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("campaign_id", "==", campaign_id))
    return found.where(filter=FieldFilter("state", "==", state))


def _first_round() -> Any:
    from google.cloud.firestore import FieldFilter

    return FieldFilter("round", "==", 1)


async def _taken(query: AsyncQuery) -> list[DocumentSnapshot]:
    return [snapshot async for snapshot in query.stream()]
