"""What campaigns did, put on the timelines of those whom they reached: sent, and clicked."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.errors import NotFound
from shared_layer.crm.contacts import load
from shared_layer.crm.hearing import recorded
from shared_layer.crm.interaction import StoredInteraction, business_id
from shared_layer.crm.timeline import stage_interaction
from shared_layer.messaging.events.marketing import CampaignMailClicked, CampaignMailSent
from shared_layer.messaging.unit import Unit

ORIGIN = "marketing"


async def hear_campaign(told: CampaignMailSent | CampaignMailClicked, unit: Unit) -> None:
    """Stage the entry of a mail that was sent or clicked; a contact that is gone has no timeline."""
    clicked = isinstance(told, CampaignMailClicked)
    interaction_id = business_id("campaign", told.mail_id, "clicked" if clicked else "sent")
    try:
        contact = await load(unit.tenant_id, told.contact_id)
    except NotFound:
        return
    if contact.status != "active" or await recorded(unit.tenant_id, interaction_id) is not None:
        return
    interaction = StoredInteraction(
        id=interaction_id,
        contact_id=contact.id,
        kind="campaign",
        direction="inbound" if isinstance(told, CampaignMailClicked) else "outbound",
        subject=f"Clicked {told.url}"[:300] if isinstance(told, CampaignMailClicked) else told.subject[:300],
        origin=ORIGIN,
        reference=told.mail_id,
        thread=told.campaign_id,
        occurred_at=told.clicked_at if isinstance(told, CampaignMailClicked) else told.sent_at,
        recorded_by=ORIGIN,
        recorded_at=clock.utcnow(),
    )
    stage_interaction(unit, interaction)
