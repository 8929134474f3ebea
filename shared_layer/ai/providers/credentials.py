"""A tenant's own keys for providers: sealed in the store, never shown again, used instead of ours for its calls.

`tenants/{t}/ai_credentials/{provider}`. What was read is remembered in the process while the tenant's epoch stands
where it stood; whoever changes a key advances the epoch, so that every instance reads again with the next request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from shared_layer.access.credentials import advance_epoch
from shared_layer.ai.providers.provider import Provider, use_own_keys
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model
from shared_layer.messaging.events.ai import AiCredentialsChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.sealing import seal, unseal

COLLECTION: Final = "ai_credentials"
TRUST_SECONDS: Final = 60.0
REMEMBERED: Final = 500

ApiKey = Annotated[str, StringConstraints(pattern=r"^[!-~]{8,512}$")]


class ProviderKey(Model):
    """The tenant's own API key at the provider."""

    api_key: ApiKey = Field(examples=["sk-example-0123456789"])  # pragma: allowlist secret


class MaskedKey(Model):
    """A key as it is shown: its last four characters."""

    provider: str
    masked: str
    changed_at: datetime


async def put_key(provider_id: str, key: ProviderKey, caller: Caller, unit: Unit) -> MaskedKey:
    """Stage the tenant's own key for a provider. Raises NotFound for an unknown provider."""
    provider = known_provider(provider_id)
    masked = MaskedKey(provider=provider.id, masked=f"…{key.api_key[-4:]}", changed_at=clock.utcnow())
    sealed = seal(key.api_key, _purpose(caller.tenant_id, provider.id))
    unit.put(tenant_document(caller.tenant_id, COLLECTION, provider.id), masked.model_dump() | {"sealed": sealed})
    _tell(provider.id, "set", caller, unit)
    return masked


async def delete_key(provider_id: str, caller: Caller, unit: Unit) -> None:
    """Stage that the platform's own key is used again. Raises NotFound where the tenant has none."""
    provider = known_provider(provider_id)
    reference = tenant_document(caller.tenant_id, COLLECTION, provider.id)
    if not (await reference.get()).exists:
        raise NotFound()
    unit.delete(reference)
    _tell(provider.id, "removed", caller, unit)


def known_provider(provider_id: str) -> Provider:
    """The provider of that id. Raises NotFound."""
    found = next((provider for provider in PROVIDERS if provider.id == provider_id), None)
    if found is None:
        raise NotFound()
    return found


async def use_keys_of(caller: Caller) -> None:
    """Call providers with the tenant's own keys from now on, where it has any."""
    use_own_keys(caller.tenant_id, await _keys_of(caller))


_remembered: OrderedDict[str, tuple[int | None, float, Mapping[str, str]]] = OrderedDict()


async def _keys_of(caller: Caller) -> Mapping[str, str]:
    known = _remembered.get(caller.tenant_id)
    if known is not None:
        epoch, read_at, keys = known
        if clock.now() - read_at < TRUST_SECONDS if caller.epoch is None else epoch == caller.epoch:
            return keys
    stored = [snapshot.to_dict() or {} async for snapshot in tenant_collection(caller.tenant_id, COLLECTION).stream()]
    keys = {key["provider"]: _opened(caller.tenant_id, key) for key in stored}
    _remembered[caller.tenant_id] = (caller.epoch, clock.now(), keys)
    _remembered.move_to_end(caller.tenant_id)
    while len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return keys


def _opened(tenant_id: str, key: Mapping[str, Any]) -> str:
    return unseal(key["sealed"], _purpose(tenant_id, key["provider"]))


def _purpose(tenant_id: str, provider_id: str) -> str:
    return f"ai-credentials:{tenant_id}:{provider_id}"


def _tell(provider_id: str, state: str, caller: Caller, unit: Unit) -> None:
    unit.emit(AiCredentialsChanged(actor=caller.principal, provider=provider_id, state=state))
    unit.after_commit(partial(advance_epoch, caller.tenant_id))
