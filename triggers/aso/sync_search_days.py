"""Pull the next 15 days of a site, each replacing its partition; days that did not change are left alone."""

from shared_layer.aso.syncing import sync
from shared_layer.messaging.events.aso import AsoSyncDue
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("aso-engine-events",),
    event_types=("aso_sync_due",),
    max_attempts=20,
    deadline=500,
    emits=("aso_opportunities_due", "aso_sync_due", "search_performance_synced"),
    resources=Resources(memory=512, concurrency=4, secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def sync_search_days(due: AsoSyncDue, unit: Unit) -> None:
    await sync(due, unit)
