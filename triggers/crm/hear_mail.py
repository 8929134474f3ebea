"""Put a mail on the timeline of everybody outside who sent or got it, once for each of them."""

from shared_layer.crm import hearing
from shared_layer.messaging.events.gmail import GmailMessageIngested
from shared_layer.triggers import Unit, on_event

HEARD = ("contact_created", "contact_updated", "contacts_merged", "interaction_recorded")
SUGGESTED = ("crm_task_suggestion_changed", "crm_task_changed")


@on_event(
    ("gmail-intelligence-service-events",),
    event_types=("gmail_message_ingested",),
    max_attempts=20,
    emits=(*HEARD, *SUGGESTED),
)
async def hear_mail(mail: GmailMessageIngested, unit: Unit) -> None:
    await hearing.hear_mail(mail, unit)
