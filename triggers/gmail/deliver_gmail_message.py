"""Draft or send a mail that is due."""

from shared_layer.gmail.delivering import deliver
from shared_layer.messaging.events.gmail import GmailMessageDue
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("gmail-intelligence-service-events",),
    event_types=("gmail_message_due",),
    emits=("gmail_message_sent", "gmail_message_ingested"),
    resources=Resources(memory=512, secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def deliver_gmail_message(due: GmailMessageDue, unit: Unit) -> None:
    await deliver(due, unit)
