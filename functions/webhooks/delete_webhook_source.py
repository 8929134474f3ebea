"""Delete a source of webhooks: its address is none from then on."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.webhooks import sources


@endpoint(
    "DELETE",
    "/api/v1/webhook-sources/{source_id}",
    scope="webhooks:write",
    status=204,
    emits=("webhook_source_changed",),
)
async def delete_webhook_source(source_id: Id, caller: Caller, unit: Unit) -> None:
    await sources.delete_source(source_id, caller, unit)
