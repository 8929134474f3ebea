"""Keep on a piece how its submitted revision's validation came out."""

from shared_layer.content import review
from shared_layer.messaging.events.validation import ValidationComplete
from shared_layer.triggers import Unit, on_event


@on_event(("validation-coordinator-events",), event_types=("validation_complete",), max_attempts=20)
async def hear_validation(told: ValidationComplete, unit: Unit) -> None:
    await review.hear_validation(told, unit)
