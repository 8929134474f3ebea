"""Look at links of one host, one a second: HEAD, then GET; what is decided completes the validations that wait."""

from shared_layer.messaging.events.validation import LinkCheckDue
from shared_layer.triggers import Unit, on_event
from shared_layer.validation import validating


@on_event(
    ("validation-coordinator-events",),
    event_types=("link_check_due",),
    max_attempts=20,
    deadline=500,
    emits=("link_broken", "validation_complete"),
)
async def check_links(due: LinkCheckDue, unit: Unit) -> None:
    await validating.look_at_links(due, unit)
