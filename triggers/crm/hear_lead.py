"""Put a form that somebody filled in on his timeline, once for each lead id."""

from shared_layer.crm import hearing
from shared_layer.messaging.events.webhooks import LeadCaptured
from shared_layer.triggers import Unit, on_event

HEARD = ("contact_created", "contact_updated", "contacts_merged", "interaction_recorded")


@on_event(("webhook-service-events",), event_types=("lead_captured",), max_attempts=20, emits=HEARD)
async def hear_lead(lead: LeadCaptured, unit: Unit) -> None:
    await hearing.hear_lead(lead, unit)
