"""Check a provider live, with the key that the tenant's calls would use; costs nothing."""

from shared_layer.ai.providers.check import ProviderCheck, check_for
from shared_layer.front_door import Caller, Id, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/ai/providers/{provider_id}/credentials:test",
    scope="ai:manage",
    tier="expensive",
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def check_provider_credentials(provider_id: Id, caller: Caller) -> ProviderCheck:
    return await check_for(provider_id, caller)
