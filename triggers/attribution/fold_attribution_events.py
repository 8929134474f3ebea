"""Fold received events into the journeys of their persons, and the difference into the days' aggregates."""

from shared_layer.attribution import folding, hearing
from shared_layer.messaging.events.attribution import AttributionEventsReceived
from shared_layer.triggers import Unit, on_event


@on_event(
    ("attribution-coordinator-events",),
    event_types=("attribution_events_received",),
    contended=True,
    max_attempts=40,
    emits=hearing.TOLD,
)
async def fold_attribution_events(told: AttributionEventsReceived, unit: Unit) -> None:
    await folding.fold_received(told.received, unit)
