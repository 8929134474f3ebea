"""Check a revision that was submitted for review, and take its text into the tenant's corpus."""

from shared_layer.messaging.events.content import ContentSubmitted
from shared_layer.triggers import Resources, Unit, on_event
from shared_layer.validation import validating


@on_event(
    ("content-hub-events",),
    event_types=("content_submitted",),
    emits=("validation_complete", "link_check_due"),
    resources=Resources(memory=512, concurrency=8),
)
async def validate_submitted(told: ContentSubmitted, unit: Unit) -> None:
    await validating.validate_submitted(told, unit)
