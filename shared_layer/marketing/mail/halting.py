"""A mailing stopped in the middle, and let go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared_layer.core import clock
from shared_layer.marketing.mail.send import Send, send_document
from shared_layer.messaging.events.marketing import CampaignSendDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot

GONE_ON_BY: Final = timedelta(minutes=5)
"""Each turn says that by then another one must have followed: else the chain broke, and is taken up."""


async def mailing(campaign_id: str, tenant_id: str) -> Send | None:
    """How far the campaign's mailing is; None where it has none."""
    snapshot = await send_document(tenant_id, campaign_id).get()
    return from_snapshot(snapshot, Send) if snapshot.exists else None


async def stage_halt(campaign_id: str, tenant_id: str, unit: Unit, problem: str | None = None) -> None:
    """Stage that nothing leaves any more; what a provider is being handed at this moment still does."""
    send = await mailing(campaign_id, tenant_id)
    if send is None or send.halted:
        return
    moment = clock.utcnow()
    fields = {"halted": True, "wake_at": None, "running_since": None, "ran_seconds": send.ran_until(moment)}
    unit.patch(send_document(tenant_id, campaign_id), fields | {"problem": problem})


async def stage_go_on(campaign_id: str, tenant_id: str, unit: Unit) -> None:
    """Stage that mails leave again, from where it stopped."""
    send = await mailing(campaign_id, tenant_id)
    if send is None or not send.halted:
        return
    moment = clock.utcnow()
    fields = {"halted": False, "problem": None, "running_since": moment}
    sending = send.state == "sending" or send.problem is not None
    more = {"state": "sending", "wake_at": moment + GONE_ON_BY} if sending else {}
    unit.patch(send_document(tenant_id, campaign_id), fields | more)
    if sending:
        unit.emit(CampaignSendDue(campaign_id=campaign_id, turn=1), tenant_id)
