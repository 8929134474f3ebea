"""Launch, pause and resume: a campaign moves from state to state, and says so in an event."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, NotReady
from shared_layer.marketing.campaign import COLLECTION, Campaign, Status
from shared_layer.marketing.mail.collecting import Consume
from shared_layer.marketing.mail.halting import mailing, stage_go_on, stage_halt
from shared_layer.marketing.mail.send import Send, send_document
from shared_layer.marketing.preflight import Remaining, preflight
from shared_layer.marketing.store import get_campaign
from shared_layer.messaging.events.marketing import CampaignAudienceDue, CampaignStatusChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document


async def launch_campaign(campaign_id: str, tenant_id: str, unit: Unit, remaining: Remaining) -> Campaign:
    """Start a campaign once its preflight is clean; its audience is then taken as it is. Raises NotReady with what is
    missing, IllegalTransition.
    """
    campaign = await read(tenant_document(tenant_id, COLLECTION, campaign_id), Campaign)
    if campaign.status == "paused":
        raise IllegalTransition("A paused campaign is resumed, not launched.", status_now=campaign.status)
    former = campaign.move("running")
    found = await preflight(campaign, tenant_id, remaining)
    if found.missing:
        raise NotReady("The campaign is not ready: " + " ".join(found.missing), checks=found.missing)
    campaign.launched_at = moment = clock.utcnow()
    if campaign.mail is not None:
        send = Send(id=campaign_id, created_at=moment, updated_at=moment)
        unit.create(send_document(tenant_id, campaign_id), send.model_dump())
        unit.emit(CampaignAudienceDue(campaign_id=campaign_id), tenant_id)
    _save(campaign, former, tenant_id, unit)
    return campaign


async def pause_campaign(campaign_id: str, caller: Caller, unit: Unit) -> Campaign:
    """Stop a campaign in the middle; what a provider is being handed at this moment still leaves. Raises
    IllegalTransition.
    """
    campaign = await _moved(campaign_id, "paused", caller, unit)
    await stage_halt(campaign_id, caller.tenant_id, unit)
    return campaign


async def resume_campaign(campaign_id: str, caller: Caller, unit: Unit, consume: Consume) -> Campaign:
    """Go on from where a campaign stopped. Raises IllegalTransition, QuotaExceeded where that is what stopped it."""
    campaign = await _moved(campaign_id, "running", caller, unit)
    send = await mailing(campaign_id, caller.tenant_id)
    if send is not None and send.problem == "quota":
        await consume(caller.tenant_id, f"mails-{campaign_id}", max(1, send.audience))
    await stage_go_on(campaign_id, caller.tenant_id, unit)
    return campaign


async def end_campaign(campaign_id: str, caller: Caller, unit: Unit) -> Campaign:
    """End a campaign that was launched; mails that have not left stay. Raises IllegalTransition."""
    campaign = await _moved(campaign_id, "done", caller, unit)
    await stage_halt(campaign_id, caller.tenant_id, unit)
    return campaign


async def _moved(campaign_id: str, status: Status, caller: Caller, unit: Unit) -> Campaign:
    """A campaign that was launched, moved to `status`. Raises IllegalTransition."""
    campaign = await get_campaign(campaign_id, caller)
    if campaign.launched_at is None:
        raise IllegalTransition("The campaign was never launched. Launch it first.", status_now=campaign.status)
    former = campaign.move(status)
    _save(campaign, former, caller.tenant_id, unit)
    return campaign


def _save(campaign: Campaign, former: Status, tenant_id: str, unit: Unit) -> None:
    unit.replace(tenant_document(tenant_id, COLLECTION, campaign.id), campaign)
    unit.emit(CampaignStatusChanged(campaign_id=campaign.id, status=campaign.status, former_status=former), tenant_id)
