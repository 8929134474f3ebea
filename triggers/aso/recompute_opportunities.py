"""Compute a site's opportunities from 56 days, and tell once of each that is new."""

from shared_layer.aso.recomputing import recompute
from shared_layer.messaging.events.aso import AsoOpportunitiesDue
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("aso-engine-events",),
    event_types=("aso_opportunities_due",),
    max_attempts=10,
    deadline=300,
    emits=("opportunity_found", "opportunity_changed"),
    resources=Resources(memory=512, concurrency=4),
)
async def recompute_opportunities(due: AsoOpportunitiesDue, unit: Unit) -> None:
    await recompute(due, unit)
