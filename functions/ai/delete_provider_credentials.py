"""Remove the tenant's own key for a provider; the platform's is used again."""

from shared_layer.ai.providers.credentials import delete_key
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "DELETE",
    "/api/v1/ai/providers/{provider_id}/credentials",
    scope="ai:manage",
    status=204,
    emits=("ai_credentials_changed",),
)
async def delete_provider_credentials(provider_id: Id, caller: Caller, unit: Unit) -> None:
    await delete_key(provider_id, caller, unit)
