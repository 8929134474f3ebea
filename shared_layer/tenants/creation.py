"""A new tenant: its record, its owner's first key and its event in one commit; its dataset by the event's handler."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import AfterValidator, EmailStr, StringConstraints

from shared_layer.access.credentials import TENANT_ID
from shared_layer.core import clock
from shared_layer.core.currency import Currency
from shared_layer.core.ids import ALPHABET
from shared_layer.core.models import Model
from shared_layer.core.scopes import TENANT_SCOPES
from shared_layer.messaging.events.tenants import TenantCreated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.warehouse import aso_dataset
from shared_layer.tenants.keys import IssuedKey, NewKey, stage_key
from shared_layer.tenants.tenant import PlanName, Tenant, TenantName, TimeZone, tenant_reference

RESERVED = frozenset({"platform"})


def _not_reserved(tenant_id: str) -> str:
    if tenant_id in RESERVED:
        raise ValueError("this id is the platform's own; choose another")
    return tenant_id


TenantId = Annotated[str, StringConstraints(pattern=f"^{TENANT_ID.pattern}$"), AfterValidator(_not_reserved)]


class NewTenant(Model):
    """A company to take in. `id` is chosen where it is left out; it is part of paths and dataset names for good."""

    name: TenantName
    owner_email: EmailStr
    id: TenantId | None = None
    plan: PlanName = "standard"
    timezone: TimeZone = "UTC"
    currency: Currency = "USD"


class TenantWithKey(Model):
    """The new tenant and its owner's key. The key is shown here and never again."""

    tenant: Tenant
    api_key: IssuedKey


async def create_tenant(new: NewTenant, unit: Unit) -> TenantWithKey:
    """Stage a tenant. The commit raises Conflict where the id is taken."""
    tenant_id = new.id or _new_tenant_id()
    moment = clock.utcnow()
    tenant = Tenant(
        id=tenant_id,
        name=new.name,
        owner_email=new.owner_email,
        plan=new.plan,
        timezone=new.timezone,
        currency=new.currency,
        dataset=aso_dataset(tenant_id),
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_reference(tenant_id), tenant.model_dump())
    unit.emit(TenantCreated(name=tenant.name, plan=tenant.plan), tenant_id)
    key = stage_key(tenant_id, NewKey(name="Owner", scopes=sorted(TENANT_SCOPES)), unit)
    return TenantWithKey(tenant=tenant, api_key=key)


def _new_tenant_id() -> str:
    """`t` and 75 random bits: letters and digits only, so that the dataset's name is the id's own."""
    return "t" + "".join(ALPHABET[byte & 31] for byte in os.urandom(15))
