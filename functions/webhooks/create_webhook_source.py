"""Create a source of webhooks: its address and its secret are shown this once."""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.webhooks import sources
from shared_layer.webhooks.source import IssuedSource, NewSource


@endpoint(
    "POST",
    "/api/v1/webhook-sources",
    scope="webhooks:write",
    status=201,
    idempotency="optional",
    sealed=True,
    emits=("webhook_source_changed",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def create_webhook_source(new: NewSource, caller: Caller, unit: Unit) -> IssuedSource:
    return await sources.create_source(new, caller, unit)
