"""Give a source of webhooks another secret, beside which the old one goes on for a while, or another address."""

from shared_layer.front_door import Caller, Id, Resources, Unit, endpoint
from shared_layer.webhooks import sources
from shared_layer.webhooks.source import IssuedSource, SourceRotation


@endpoint(
    "POST",
    "/api/v1/webhook-sources/{source_id}:rotate",
    scope="webhooks:write",
    idempotency="optional",
    sealed=True,
    emits=("webhook_source_changed",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def rotate_webhook_source(source_id: Id, rotation: SourceRotation, caller: Caller, unit: Unit) -> IssuedSource:
    return await sources.rotate_source(source_id, rotation, caller, unit)
