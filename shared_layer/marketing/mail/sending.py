"""The sending of a campaign: turns of 50 mails, each turn an event that tells of the next.

A turn may come twice, or two at once: each mail is claimed by one of them. Between every ten mails it is looked whether
the campaign was paused. A chain that broke is taken up by the minute's tick, because every turn says when it must have
gone on by.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from shared_layer.marketing.campaign import Campaign
from shared_layer.marketing.mail.delivering import Known, Turn, deliver
from shared_layer.marketing.mail.frequency import Frequency, frequency_document
from shared_layer.marketing.mail.halting import GONE_ON_BY, mailing
from shared_layer.marketing.mail.mail import COLLECTION, StoredMail, target_of
from shared_layer.marketing.mail.pacing import next_room_at, room
from shared_layer.marketing.mail.providers import configured
from shared_layer.marketing.mail.resting import stage_rest
from shared_layer.marketing.mail.send import Send, send_document
from shared_layer.marketing.mail.suppression import suppressed
from shared_layer.messaging.events.marketing import CampaignSendDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

AT_ONCE: Final = 10
MAILS_A_TURN: Final = 50
TENANT_AWAY: Final = timedelta(minutes=15)


async def send_turn(due: CampaignSendDue, unit: Unit) -> None:
    """Send the mails that are due, and stage when the next turn is."""
    reference = send_document(unit.tenant_id, due.campaign_id)
    found = await _read(due.campaign_id, unit)
    if found is None:
        return
    campaign, send, active = found
    if not active:
        unit.patch(reference, {"wake_at": clock.utcnow() + TENANT_AWAY})
        return
    assert campaign.mail is not None
    turn = Turn(campaign, campaign.mail, configured(), unit)
    left = await _left(campaign.id, unit.tenant_id) if campaign.mail.pacing.over_hours else 0
    free = room(campaign.mail.pacing, send, left, clock.utcnow())
    mails = await _due(campaign.id, unit.tenant_id, MAILS_A_TURN if free is None else min(free, MAILS_A_TURN))
    if not await _all_delivered(mails, turn):
        return
    if free is not None and len(mails) >= free:
        again = next_room_at(campaign.mail.pacing, send, left + len(mails), clock.utcnow())
        turn.paused_until = max(turn.paused_until or again, again)
    await _stage_next(send, turn, due.turn)


async def _read(campaign_id: str, unit: Unit) -> tuple[Campaign, Send, bool] | None:
    """The campaign, its mailing, and whether the tenant is active; None where nothing is to be sent."""
    campaign = tenant_document(unit.tenant_id, CAMPAIGNS, campaign_id)
    send = send_document(unit.tenant_id, campaign_id)
    tenant = firestore().collection("tenants").document(unit.tenant_id)
    found = {one.reference.path: one async for one in firestore().get_all([campaign, send, tenant])}
    if not found[campaign.path].exists or not found[send.path].exists:
        return None
    read = from_snapshot(found[send.path], Send)
    if read.halted or read.state != "sending":
        return None
    active = (found[tenant.path].to_dict() or {}).get("status") == "active"
    return from_snapshot(found[campaign.path], Campaign), read, active


async def _left(campaign_id: str, tenant_id: str) -> int:
    from google.cloud.firestore import FieldFilter

    counts = []
    for state in ("sending", "sent", "in_doubt", "failed"):
        found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("campaign_id", "==", campaign_id))
        [[one]] = await found.where(filter=FieldFilter("state", "==", state)).count().get()
        counts.append(int(one.value))
    return sum(counts)


async def _due(campaign_id: str, tenant_id: str, most: int) -> list[StoredMail]:
    if most <= 0:
        return []
    query = _open_mails(campaign_id, tenant_id).where(filter=_due_by(clock.utcnow()))
    return [from_snapshot(one, StoredMail) async for one in query.order_by("due_at").limit(most).stream()]


def _open_mails(campaign_id: str, tenant_id: str) -> Any:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("campaign_id", "==", campaign_id))
    return found.where(filter=FieldFilter("open", "==", True))


def _due_by(moment: datetime) -> Any:
    from google.cloud.firestore import FieldFilter

    return FieldFilter("due_at", "<=", moment)


async def _all_delivered(mails: list[StoredMail], turn: Turn) -> bool:
    """Deliver the mails, ten at once; false where the campaign was stopped between. A provider's pause ends it."""
    for start in range(0, len(mails), AT_ONCE):
        some = mails[start : start + AT_ONCE]
        known = await _known(some, turn.unit.tenant_id)
        if start and await _stopped(turn):
            return False
        await asyncio.gather(*[deliver(mail, one, turn) for mail, one in zip(some, known, strict=True)])
        if turn.paused_until is not None:
            return True
    return True


async def _stopped(turn: Turn) -> bool:
    send = await mailing(turn.campaign.id, turn.unit.tenant_id)
    return send is None or send.halted


async def _known(mails: list[StoredMail], tenant_id: str) -> list[Known]:
    """What must be known of each addressee, in two batched reads."""
    mailboxes = [target_of(mail.id).mailbox for mail in mails]
    contacts = [contact_document(tenant_id, mail.contact_id) for mail in mails]
    frequencies = [frequency_document(tenant_id, mailbox) for mailbox in mailboxes]
    wanted = list({reference.path: reference for reference in [*contacts, *frequencies]}.values())
    found = {one.reference.path: one async for one in firestore().get_all(wanted)}
    refused = await suppressed(mailboxes, tenant_id)
    known = []
    for mailbox, contact, frequency in zip(mailboxes, contacts, frequencies, strict=True):
        stored = found[contact.path]
        person = from_snapshot(stored, StoredContact) if stored.exists else None
        known.append(Known(person, mailbox in refused, Frequency.of(found[frequency.path])))
    return known


async def _stage_next(send: Send, turn: Turn, number: int) -> None:
    """Stage the next turn: now, later, or not at all where no mail is left to send."""
    unit, moment = turn.unit, clock.utcnow()
    reference = send_document(unit.tenant_id, send.id)
    first = _open_mails(send.id, unit.tenant_id).order_by("due_at").limit(1)
    waiting = [from_snapshot(one, StoredMail) async for one in first.stream()]
    if not waiting:
        stage_rest(send, turn.setup, moment, unit)
        return
    at = max(waiting[0].due_at, turn.paused_until or waiting[0].due_at)
    if at > moment:
        unit.patch(reference, {"wake_at": at})
        return
    unit.patch(reference, {"wake_at": moment + GONE_ON_BY})
    unit.emit(CampaignSendDue(campaign_id=send.id, turn=number + 1))
