"""Have every instance read a tenant's policies again, also where the command's own instance died first."""

from shared_layer.access.credentials import advance_epoch
from shared_layer.triggers import Envelope, on_event


@on_event(("security-governance-events",), event_types=("policy_changed",))
async def refresh_policies(event: Envelope) -> None:
    await advance_epoch(event.tenant_id)
