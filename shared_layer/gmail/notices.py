"""What the platform itself has to tell a tenant's people, mailed to them from the company's own mailbox."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.ids import new_id
from shared_layer.core.logs import log
from shared_layer.gmail.mailbox import COMPANY, Mailbox, mailboxes_of
from shared_layer.gmail.sending import Send, send_document
from shared_layer.messaging.events.gmail import GmailMessageDue
from shared_layer.messaging.events.webhooks import WebhookEndpointDisabled
from shared_layer.messaging.unit import Unit

SENDER = "platform"


async def endpoint_disabled(told: WebhookEndpointDisabled, unit: Unit) -> None:
    """Stage the mail to the owner of an endpoint that was switched off; nothing where there is nobody or no mailbox."""
    mailbox = await _company_mailbox(unit.tenant_id)
    if told.notify is None or mailbox is None:
        log("WARNING", "endpoint_notice_not_mailed", "No owner's address, or no mailbox of the company's is connected.")
        return
    text = (
        f"Hello,\n\nyour webhook endpoint {told.endpoint_id} was switched off: {told.reason}\n\n"
        "It gets no more events until it is switched on again:\n\n"
        f'PATCH /api/v1/webhook-endpoints/{told.endpoint_id} {{"status": "enabled"}}\n\n'
        "What it missed is under /deliveries there, and can be replayed."
    )
    moment = clock.utcnow()
    send = Send(
        id=new_id("gsd"),
        mailbox_id=mailbox.id,
        to=[told.notify],
        cc=[],
        bcc=[],
        subject="Your webhook endpoint was switched off",
        text=text,
        mode="send",
        state="queued",
        created_by=SENDER,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(send_document(unit.tenant_id, send.id), send.model_dump())
    unit.emit(GmailMessageDue(send_id=send.id))


async def _company_mailbox(tenant_id: str) -> Mailbox | None:
    """The mailbox that the company connected first; a person's own is nobody's to send from."""
    found = [one for one in await mailboxes_of(tenant_id) if one.owner == COMPANY and one.problem is None]
    return found[0] if found else None
