"""Launch, pause and resume: a campaign moves from state to state, and says so in an event."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, ValidationFailed
from shared_layer.marketing.campaign import COLLECTION, Campaign, Status
from shared_layer.marketing.store import get_campaign
from shared_layer.messaging.events.marketing import CampaignStatusChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document


async def launch_campaign(campaign_id: str, caller: Caller, unit: Unit) -> Campaign:
    """Start a campaign once its preflight is clean. Raises ValidationFailed with what is missing, IllegalTransition."""
    campaign = await get_campaign(campaign_id, caller)
    if campaign.status == "paused":
        raise IllegalTransition("A paused campaign is resumed, not launched.", status_now=campaign.status)
    former = campaign.move("running")
    if missing := preflight(campaign):
        raise ValidationFailed("The campaign is not ready: " + " ".join(missing), checks=missing)
    campaign.launched_at = clock.utcnow()
    _save(campaign, former, caller, unit)
    return campaign


async def move_campaign(campaign_id: str, status: Status, caller: Caller, unit: Unit) -> Campaign:
    """Move a campaign that was launched to `status`. Raises IllegalTransition."""
    campaign = await get_campaign(campaign_id, caller)
    if campaign.launched_at is None:
        raise IllegalTransition("The campaign was never launched. Launch it first.", status_now=campaign.status)
    former = campaign.move(status)
    _save(campaign, former, caller, unit)
    return campaign


def preflight(campaign: Campaign) -> list[str]:
    """What keeps a campaign from being launched, each with what to do; empty where nothing does."""
    missing = []
    if sum(channel.budget_usd for channel in campaign.plan.channels) <= 0:
        missing.append("No channel has a budget: give one a budget_usd.")
    if len({variant.label for variant in campaign.plan.variants}) < len(campaign.plan.variants):
        missing.append("Two variants have the same label: rename one.")
    if not campaign.plan.segments:
        missing.append("The plan has no segment: name an audience.")
    return missing


def _save(campaign: Campaign, former: Status, caller: Caller, unit: Unit) -> None:
    unit.replace(tenant_document(caller.tenant_id, COLLECTION, campaign.id), campaign)
    unit.emit(CampaignStatusChanged(campaign_id=campaign.id, status=campaign.status, former_status=former))
