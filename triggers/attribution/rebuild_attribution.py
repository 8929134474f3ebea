"""Have all models of every tenant computed each night, tenant by tenant."""

from shared_layer.attribution.nightly import begin_rebuild
from shared_layer.triggers import Unit, on_schedule


@on_schedule("0 5 * * *", deadline=600, emits=("attribution_rebuild_due",))
async def rebuild_attribution(unit: Unit) -> None:
    await begin_rebuild(unit)
