"""Heed an objection told to the Gmail service: the address gets no campaign mail either."""

from shared_layer.marketing.feedback.taking import take_objection
from shared_layer.messaging.events.gmail import GmailSuppressionChanged
from shared_layer.triggers import Unit, on_event


@on_event(
    ("gmail-intelligence-service-events",),
    event_types=("gmail_suppression_changed",),
    max_attempts=20,
    emits=("marketing_suppression_changed",),
)
async def heed_objection(change: GmailSuppressionChanged, unit: Unit) -> None:
    await take_objection(change, unit)
