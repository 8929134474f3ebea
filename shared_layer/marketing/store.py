"""Campaigns in Firestore: read, listed, changed."""

from __future__ import annotations

from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, ValidationFailed, VersionMismatch
from shared_layer.core.models import Page
from shared_layer.marketing.campaign import COLLECTION, EDITABLE, Campaign, CampaignChanges, CampaignFilter
from shared_layer.marketing.mail.halting import stage_halt
from shared_layer.marketing.mail.wordings import checked_setup, with_wordings
from shared_layer.messaging.events.marketing import CampaignStatusChanged, CampaignUpdated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document


async def get_campaign(campaign_id: str, caller: Caller) -> Campaign:
    """One campaign of the tenant. Raises NotFound."""
    return await read(tenant_document(caller.tenant_id, COLLECTION, campaign_id), Campaign)


async def list_campaigns(query: CampaignFilter, caller: Caller) -> Page[Campaign]:
    """The tenant's campaigns, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    filtered = found.where(filter=FieldFilter("status", "==", query.status)) if query.status else found
    return await page(filtered, Campaign, query, ["-created_at"])


async def update_campaign(
    campaign_id: str, changes: CampaignChanges, version: int, caller: Caller, unit: Unit
) -> Campaign:
    """Change a campaign as of `version`. Raises VersionMismatch, IllegalTransition, ValidationFailed."""
    campaign = await get_campaign(campaign_id, caller)
    if campaign.version != version:
        raise VersionMismatch()
    if changes.mail is not None:
        await checked_setup(changes.mail, caller.tenant_id)
    _change(campaign, changes, caller, unit)
    if campaign.status == "done":
        await stage_halt(campaign.id, caller.tenant_id, unit)
    unit.replace(tenant_document(caller.tenant_id, COLLECTION, campaign_id), campaign)
    return campaign


def _change(campaign: Campaign, changes: CampaignChanges, caller: Caller, unit: Unit) -> None:
    if (changes.plan or "mail" in changes.model_fields_set) and campaign.status not in EDITABLE:
        raise IllegalTransition(f"Plan and mail of a campaign that is {campaign.status} cannot be changed.")
    money = sum(channel.budget_usd for channel in changes.plan.channels) if changes.plan else 0
    if money > campaign.brief.budget.high:
        raise ValidationFailed("The channels' budgets sum to more than the brief's budget_range allows.")
    campaign.name = changes.name or campaign.name
    campaign.plan = changes.plan or campaign.plan
    if "mail" in changes.model_fields_set:
        campaign.mail = changes.mail and with_wordings(changes.mail, campaign.plan)
    if "launch_at" in changes.model_fields_set:
        campaign.launch_at = changes.launch_at
    if changes.status is not None and changes.status != campaign.status:
        if changes.status == "scheduled" and campaign.launch_at is None:
            raise ValidationFailed("A scheduled campaign needs launch_at.")
        former = campaign.move(changes.status)
        status = CampaignStatusChanged(campaign_id=campaign.id, status=changes.status, former_status=former)
        unit.emit(status, caller.tenant_id)
    updated = CampaignUpdated(
        campaign_id=campaign.id, version=campaign.version + 1, changed=sorted(changes.model_fields_set)
    )
    unit.emit(updated, caller.tenant_id)
