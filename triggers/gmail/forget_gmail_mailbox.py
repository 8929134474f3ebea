"""Delete the mail of a mailbox that was disconnected."""

from shared_layer.gmail.forgetting import forget_mail
from shared_layer.messaging.events.gmail import GmailMailboxDisconnected
from shared_layer.triggers import Envelope, on_event


@on_event(
    ("gmail-intelligence-service-events",), event_types=("gmail_mailbox_disconnected",), deadline=500, max_attempts=20
)
async def forget_gmail_mailbox(gone: GmailMailboxDisconnected, event: Envelope) -> None:
    await forget_mail(event.tenant_id, gone.mailbox_id)
