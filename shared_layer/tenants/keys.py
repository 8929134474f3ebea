"""A tenant's API keys: issued once in clear, listed by prefix, rotated with a grace, revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from shared_layer.access.api_keys import COLLECTION, StoredKey, key_reference, mint
from shared_layer.access.credentials import advance_epoch
from shared_layer.access.last_use import last_uses
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, NotFound, ScopeMissing, ValidationFailed
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.core.scopes import TENANT_SCOPES
from shared_layer.messaging.events.tenants import ApiKeyCreated, ApiKeyRevoked, ApiKeyRotated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read
from shared_layer.storage.gcp_clients import firestore

MAX_GRACE_SECONDS = 7 * 24 * 3600


def _known_scopes(scopes: list[str]) -> list[str]:
    if unknown := sorted(set(scopes) - TENANT_SCOPES):
        raise ValueError(f"unknown scopes {', '.join(unknown)}; scopes are {', '.join(sorted(TENANT_SCOPES))}")
    return sorted(set(scopes))


class NewKey(Model):
    """A key to issue. Its scopes may not go beyond those of the key that asks for it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[
        list[str], Field(min_length=1, max_length=50, examples=[["marketing:read"]]), AfterValidator(_known_scopes)
    ]
    expires_at: AwareDatetime | None = None
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None


class ApiKey(Entity):
    """A key as it is listed: everything but the key."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    status: Literal["active", "revoked"]
    requests_per_minute: int | None = None
    expires_at: datetime | None = None
    dies_at: datetime | None = Field(default=None, description="The end of a rotated key's grace.")
    successor_id: str | None = None
    last_used_at: datetime | None = Field(default=None, description="When it was last used, to within five minutes.")


class IssuedKey(ApiKey):
    """A new key with the key itself: keep `key` now, it is not shown again."""

    key: str


class Rotation(Model):
    """How long the old key goes on beside its successor; 0 where it leaked."""

    grace_seconds: Annotated[int, Field(ge=0, le=MAX_GRACE_SECONDS)] = 86_400


class KeyFilter(PageQuery):
    """Which keys to list."""

    status: Literal["active", "revoked"] | None = None


async def issue_key(new: NewKey, caller: Caller, unit: Unit) -> IssuedKey:
    """Stage a key for the caller's tenant. Raises ScopeMissing where it would hold more than the caller."""
    if beyond := [scope for scope in new.scopes if not caller.may(scope)]:
        raise ScopeMissing(f"A key cannot hand on what it lacks: {', '.join(beyond)}.")
    if new.expires_at is not None and new.expires_at <= clock.utcnow():
        raise ValidationFailed("expires_at lies in the past.")
    return stage_key(caller.tenant_id, new, unit)


def stage_key(tenant_id: str, new: NewKey, unit: Unit) -> IssuedKey:
    """Stage a key and its event."""
    key_id, key, prefix, secret_hash = mint()
    moment = clock.utcnow()
    stored = StoredKey(
        id=key_id,
        tenant_id=tenant_id,
        name=new.name,
        prefix=prefix,
        secret_hash=secret_hash,
        scopes=new.scopes,
        requests_per_minute=new.requests_per_minute,
        expires_at=new.expires_at,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(key_reference(key_id), stored.model_dump())
    unit.emit(ApiKeyCreated(key_id=key_id, scopes=new.scopes), tenant_id)
    return IssuedKey(**_shown(stored).model_dump(), key=key)


async def list_keys(query: KeyFilter, caller: Caller) -> Page[ApiKey]:
    """The tenant's keys, newest first."""
    from google.cloud.firestore import FieldFilter

    found = firestore().collection(COLLECTION).where(filter=FieldFilter("tenant_id", "==", caller.tenant_id))
    if query.status:
        found = found.where(filter=FieldFilter("status", "==", query.status))
    listed = await page(found, ApiKey, query, ["-created_at"])
    uses = await last_uses([key.id for key in listed.items])
    for key in listed.items:
        key.last_used_at = uses.get(key.id)
    return listed


async def get_key(key_id: str, caller: Caller) -> ApiKey:
    """One key of the tenant. Raises NotFound."""
    key = _shown(await _own(key_id, caller))
    key.last_used_at = (await last_uses([key_id])).get(key_id)
    return key


async def rotate_key(key_id: str, rotation: Rotation, caller: Caller, unit: Unit) -> IssuedKey:
    """Stage a successor with the same rights; the old key dies when the grace ends. Raises IllegalTransition."""
    old = await _own(key_id, caller)
    if not old.alive() or old.successor_id:
        raise IllegalTransition("Only an active key without a successor can be rotated.")
    if beyond := [scope for scope in old.scopes if not caller.may(scope)]:
        raise ScopeMissing(f"A key cannot hand on what it lacks: {', '.join(beyond)}.")
    new = NewKey(
        name=old.name, scopes=old.scopes, expires_at=old.expires_at, requests_per_minute=old.requests_per_minute
    )
    successor = stage_key(old.tenant_id, new, unit)
    old.successor_id = successor.id
    old.dies_at = clock.utcnow() + timedelta(seconds=rotation.grace_seconds)
    if rotation.grace_seconds == 0:
        old.status = "revoked"
    unit.replace(key_reference(key_id), old)
    unit.emit(ApiKeyRotated(key_id=key_id, successor_id=successor.id, dies_at=old.dies_at), old.tenant_id)
    unit.after_commit(partial(advance_epoch, old.tenant_id))
    return successor


async def revoke_key(key_id: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of a key; every instance knows it at its next request. Revoking twice is done once."""
    key = await _own(key_id, caller)
    if key.status == "revoked":
        return
    key.status = "revoked"
    unit.replace(key_reference(key_id), key)
    unit.emit(ApiKeyRevoked(key_id=key_id), key.tenant_id)
    unit.after_commit(partial(advance_epoch, key.tenant_id))


async def _own(key_id: str, caller: Caller) -> StoredKey:
    key = await read(key_reference(key_id), StoredKey)
    if key.tenant_id != caller.tenant_id:
        raise NotFound()
    return key


def _shown(stored: StoredKey) -> ApiKey:
    return ApiKey.model_validate(stored.model_dump())
