"""Create a new tenant's own BigQuery dataset, and mark its warehouse as ready."""

from shared_layer.tenants.warehouse import provision_warehouse
from shared_layer.triggers import Envelope, Unit, on_event


@on_event(("tenant-management-events",), event_types=("tenant_created",))
async def provision_dataset(event: Envelope, unit: Unit) -> None:
    await provision_warehouse(event.tenant_id, unit)
