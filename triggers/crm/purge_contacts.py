"""Remove for good the contacts that were deleted 30 days ago, with all that belongs to them."""

from shared_layer.core.declaration import Resources
from shared_layer.crm.nightly import purge_due
from shared_layer.triggers import Unit, on_schedule


@on_schedule("40 3 * * *", deadline=1800, resources=Resources(max_instances=1))
async def purge_contacts(unit: Unit) -> None:
    await purge_due(unit)
