"""A launched campaign's audience, taken as it is now: a mail for each mailbox, 200 contacts at once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from shared_layer.core import clock
from shared_layer.core.errors import QuotaExceeded
from shared_layer.crm.contact import StoredContact
from shared_layer.marketing.audience.segment import get_segment
from shared_layer.marketing.audience.walking import next_part
from shared_layer.marketing.campaign import COLLECTION, Campaign
from shared_layer.marketing.mail.halting import mailing, stage_halt
from shared_layer.marketing.mail.mail import StoredMail, mail_document, mail_id, mailbox_key
from shared_layer.marketing.mail.send import send_document
from shared_layer.marketing.mail.setup import MailSetup
from shared_layer.marketing.mail.zones import zones_of
from shared_layer.messaging.events.marketing import CampaignAudienceDue, CampaignSendDue, CampaignStatusChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document

Consume = Callable[[str, str, int], Awaitable[None]]
"""Counts so many mails of a tenant, under an id of their own; raises QuotaExceeded where they do not fit."""


async def collect_part(due: CampaignAudienceDue, unit: Unit, consume: Consume) -> None:
    """Stage the mails of the next contacts, and the event of those behind them, or of the first mails to leave."""
    send = await mailing(due.campaign_id, unit.tenant_id)
    if send is None or send.state != "collecting":
        return
    campaign = await read(tenant_document(unit.tenant_id, COLLECTION, due.campaign_id), Campaign)
    if campaign.mail is None or campaign.status == "done":
        return
    segment = await get_segment(campaign.mail.segment_id, unit.tenant_id)
    part = await next_part(unit.tenant_id, segment.rule, due.after, clock.utcnow())
    mails = [mail for contact in part.contacts if (mail := _mail(contact, campaign, campaign.mail, unit.tenant_id))]
    for mail in mails:
        unit.put(mail_document(unit.tenant_id, mail.id), mail.model_dump())
    reference = send_document(unit.tenant_id, send.id)
    unit.increase(reference, {"audience": len(mails), "unreachable": len(part.contacts) - len(mails)})
    if not part.end:
        unit.emit(CampaignAudienceDue(campaign_id=campaign.id, after=part.last))
        return
    try:
        await consume(unit.tenant_id, f"mails-{campaign.id}", max(1, send.audience + len(mails)))
    except QuotaExceeded:
        former = campaign.move("paused") if campaign.status == "running" else campaign.status
        unit.replace(tenant_document(unit.tenant_id, COLLECTION, campaign.id), campaign)
        unit.emit(CampaignStatusChanged(campaign_id=campaign.id, status=campaign.status, former_status=former))
        await stage_halt(campaign.id, unit.tenant_id, unit, problem="quota")
        return
    moment = clock.utcnow()
    unit.patch(reference, {"state": "sending", "running_since": None if send.halted else moment, "wake_at": moment})
    unit.emit(CampaignSendDue(campaign_id=campaign.id, turn=1))


def _mail(contact: StoredContact, campaign: Campaign, setup: MailSetup, tenant_id: str) -> StoredMail | None:
    """The contact's mail; None where it has no address."""
    if not contact.emails or "@" not in contact.emails[0]:
        return None
    mailbox, moment = mailbox_key(tenant_id, contact.emails[0]), clock.utcnow()
    variant, test = assigned(campaign.id, mailbox, setup)
    return StoredMail(
        id=mail_id(campaign.id, mailbox, 1),
        campaign_id=campaign.id,
        contact_id=contact.id,
        email=contact.emails[0],
        variant=variant,
        test=test,
        state="waiting" if variant else "held",
        open=bool(variant),
        due_at=moment,
        zones=zones_of(contact, setup.timezone),
        created_at=moment,
        updated_at=moment,
    )


def assigned(campaign_id: str, mailbox: str, setup: MailSetup) -> tuple[str, bool]:
    """Which variant a mailbox gets, and whether it is in the test; no variant where it waits for the winner.

    By a hash of campaign and mailbox: the same however often it is asked, and independent from campaign to campaign.
    """
    digest = hashlib.sha256(f"{campaign_id} {mailbox}".encode()).digest()
    labels = [variant.label for variant in setup.variants]
    given = labels[int.from_bytes(digest[8:16], "big") % len(labels)]
    if setup.test is None:
        return given, False
    chosen = int.from_bytes(digest[:8], "big") < setup.test.share * 2**64
    return (given, True) if chosen else ("", False)
