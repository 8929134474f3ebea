"""Campaigns: planned by AI from a business brief, then launched, paused and resumed."""

from shared_layer.marketing.brief import CampaignBrief
from shared_layer.marketing.campaign import Campaign, CampaignChanges, CampaignFilter
from shared_layer.marketing.creation import create_campaign
from shared_layer.marketing.lifecycle import launch_campaign, move_campaign
from shared_layer.marketing.store import get_campaign, list_campaigns, update_campaign

__all__ = [
    "Campaign",
    "CampaignBrief",
    "CampaignChanges",
    "CampaignFilter",
    "create_campaign",
    "get_campaign",
    "launch_campaign",
    "list_campaigns",
    "move_campaign",
    "update_campaign",
]
