"""Events of campaigns."""

from __future__ import annotations

from typing import Any

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("campaign_created")
class CampaignCreated(EventPayload):
    campaign_id: str
    data: dict[str, Any]


@event_type("campaign_updated")
class CampaignUpdated(EventPayload):
    campaign_id: str
    version: int
    changed: list[str]


@event_type("campaign_status_changed")
class CampaignStatusChanged(EventPayload):
    campaign_id: str
    status: str
    former_status: str
