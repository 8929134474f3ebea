"""Set the tenant's own key for a provider: sealed at once, used from its next call on, never shown again."""

from shared_layer.ai.providers.credentials import MaskedKey, ProviderKey, put_key
from shared_layer.front_door import Caller, Id, Resources, Unit, endpoint


@endpoint(
    "PUT",
    "/api/v1/ai/providers/{provider_id}/credentials",
    scope="ai:manage",
    emits=("ai_credentials_changed",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def put_provider_credentials(provider_id: Id, key: ProviderKey, caller: Caller, unit: Unit) -> MaskedKey:
    return await put_key(provider_id, key, caller, unit)
