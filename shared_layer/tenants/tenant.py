"""A tenant: a company on the platform, its plan, its status and its settings."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, EmailStr, Field, StringConstraints

from shared_layer.access.credentials import advance_epoch
from shared_layer.access.plans import PLANS
from shared_layer.core.caller import Caller
from shared_layer.core.currency import Currency
from shared_layer.core.errors import Forbidden, IllegalTransition, NotFound, VersionMismatch
from shared_layer.core.models import Entity, Model, empty_list
from shared_layer.messaging.events.tenants import TenantStatusChanged, TenantUpdated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

Status = Literal["active", "suspended", "deleted", "erased"]


def _known_plan(plan: str) -> str:
    if plan not in PLANS:
        raise ValueError(f"there is no plan {plan!r}; plans are {', '.join(PLANS)}")
    return plan


def _known_time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin") from None
    return name


def _distinct(terms: list[str]) -> list[str]:
    """Each term once, whatever its case, in the order given."""
    return list({term.casefold(): term for term in reversed(terms)}.values())[::-1]


PlanName = Annotated[str, AfterValidator(_known_plan), Field(examples=["standard"])]
TimeZone = Annotated[str, AfterValidator(_known_time_zone), Field(examples=["Europe/Berlin"])]
TenantName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
BrandTerm = Annotated[str, StringConstraints(min_length=2, max_length=80)]
BrandTerms = Annotated[list[BrandTerm], AfterValidator(_distinct), Field(max_length=50)]
Lookback = Annotated[int, Field(ge=1, le=365)]


class Tenant(Entity):
    """A tenant as stored and answered. `warehouse` tells whether its own dataset is there yet.

    A deleted tenant can be restored until `erase_after`; an erased one is a mere name that nobody can take again.
    """

    id: str
    name: str
    owner_email: EmailStr | None
    plan: str
    status: Status = "active"
    timezone: str = "UTC"
    currency: str = "USD"
    brand_terms: list[str] = Field(
        default_factory=empty_list, description="Searches that hold one of these are branded."
    )
    lookback_days: int = Field(default=90, description="How long before a conversion a touch still counts.")
    dataset: str
    warehouse: Literal["pending", "ready"] = "pending"
    suspended_because: str | None = None
    status_before_deletion: Status | None = None
    deleted_at: datetime | None = None
    erase_after: datetime | None = Field(default=None, description="When a deleted tenant's data goes for good.")
    certificate: str | None = Field(default=None, description="The proof of erasure, in the audit bucket.")


class TenantChanges(Model):
    """What may be changed; a field left out stays. `plan` and `status` are the operator's to change."""

    name: TenantName | None = None
    owner_email: EmailStr | None = None
    timezone: TimeZone | None = None
    currency: Currency | None = None
    brand_terms: BrandTerms | None = None
    lookback_days: Lookback | None = None
    plan: PlanName | None = None
    status: Literal["active", "suspended"] | None = None


class StatusChange(Model):
    """Why a tenant is suspended or reactivated."""

    reason: Annotated[str, Field(max_length=500)] = ""


MOVES: Final[dict[Status, Status]] = {"active": "suspended", "suspended": "active"}


def tenant_reference(tenant_id: str) -> AsyncDocumentReference:
    """`tenants/{id}`."""
    return firestore().collection("tenants").document(tenant_id)


async def get_tenant(tenant_id: str, caller: Caller) -> Tenant:
    """The tenant. Raises NotFound for another's, exactly as for one that is not."""
    if not caller.operator and tenant_id != caller.tenant_id:
        raise NotFound()
    return await read(tenant_reference(tenant_id), Tenant)


async def update_tenant(tenant_id: str, changes: TenantChanges, version: int, caller: Caller, unit: Unit) -> Tenant:
    """Change settings of the tenant as of `version`.

    Raises VersionMismatch; Forbidden for a plan or status by the tenant's own key; IllegalTransition for the status of
    a tenant that is deleted.
    """
    tenant = await get_tenant(tenant_id, caller)
    if tenant.version != version:
        raise VersionMismatch()
    if not caller.operator and (changes.plan is not None or changes.status is not None):
        raise Forbidden("A plan and a status are changed by the platform's operator. Ask them.")
    changed = changes.model_dump(exclude_none=True)
    status, former = changed.get("status", tenant.status), tenant.status
    if status != former and MOVES.get(former) != status:
        raise IllegalTransition(f"The tenant is {former}.", status_now=former)
    for name, value in changed.items():
        setattr(tenant, name, value)
    if status != former:
        tenant.suspended_because = None
        unit.emit(TenantStatusChanged(status=status, former_status=former), tenant_id)
    unit.replace(tenant_reference(tenant_id), tenant)
    unit.emit(TenantUpdated(changed=sorted(changed)), tenant_id)
    unit.after_commit(partial(advance_epoch, tenant_id))
    return tenant


async def set_status(tenant_id: str, status: Status, reason: str, caller: Caller, unit: Unit) -> Tenant:
    """Suspend or reactivate. Raises IllegalTransition where the tenant is in that status already."""
    tenant = await get_tenant(tenant_id, caller)
    if MOVES.get(tenant.status) != status:
        raise IllegalTransition(f"The tenant is {tenant.status} already.", status_now=tenant.status)
    former, tenant.status = tenant.status, status
    tenant.suspended_because = (reason or None) if status == "suspended" else None
    unit.replace(tenant_reference(tenant_id), tenant)
    unit.emit(TenantStatusChanged(status=status, former_status=former), tenant_id)
    unit.after_commit(partial(advance_epoch, tenant_id))
    return tenant
