"""Read what happened in a mailbox since the stored cursor."""

from shared_layer.gmail.history import sync
from shared_layer.messaging.events.gmail import GmailHistoryDue
from shared_layer.triggers import Message, Resources, Unit, on_event


@on_event(
    ("gmail-intelligence-service-events",),
    event_types=("gmail_history_due",),
    max_attempts=20,
    deadline=120,
    emits=("gmail_history_due", "gmail_message_ingested"),
    resources=Resources(memory=512, secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def sync_gmail_history(due: GmailHistoryDue, message: Message, unit: Unit) -> None:
    await sync(due, message.delivery_attempt, unit)
