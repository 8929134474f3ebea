"""Have every instance read a tenant's credentials again, also where the command's own instance died first."""

from shared_layer.access.credentials import advance_epoch
from shared_layer.triggers import Envelope, on_event


@on_event(
    ("tenant-management-events",),
    event_types=("api_key_revoked", "api_key_rotated", "tenant_status_changed", "tenant_updated"),
)
async def refresh_credentials(event: Envelope) -> None:
    await advance_epoch(event.tenant_id)
