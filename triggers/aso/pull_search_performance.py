"""Have every site pulled each day: what is new, and the last five days again."""

from shared_layer.aso.syncing import begin_sync
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule("15 4 * * *", deadline=600, emits=("aso_sync_due",), resources=Resources(max_instances=1))
async def pull_search_performance(unit: Unit) -> None:
    await begin_sync(unit)
