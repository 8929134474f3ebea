"""Compute all models of a tenant over thirty days, keep them as the night's snapshot, and drop empty rows."""

from shared_layer.attribution import nightly
from shared_layer.core.declaration import Resources
from shared_layer.messaging.events.attribution import AttributionRebuildDue
from shared_layer.triggers import Unit, on_event


@on_event(
    ("attribution-coordinator-events",),
    event_types=("attribution_rebuild_due",),
    deadline=300,
    emits=("attribution_snapshot_taken",),
    resources=Resources(memory=512, concurrency=4),
)
async def take_attribution_snapshot(due: AttributionRebuildDue, unit: Unit) -> None:
    await nightly.rebuild(due, unit)
