"""A tenant's end: deleted softly, restorable for 30 days, then erased."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from shared_layer.access.credentials import advance_epoch
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition
from shared_layer.governance.legal_hold import any_hold
from shared_layer.messaging.events.tenants import TenantStatusChanged
from shared_layer.messaging.unit import Unit
from shared_layer.tenants.tenant import Tenant, get_tenant, tenant_reference

GRACE: Final = timedelta(days=30)


async def delete_tenant(tenant_id: str, caller: Caller, unit: Unit) -> Tenant:
    """Delete the tenant softly: its keys open its profile and exports alone, its data stays until `erase_after`.

    Deleting twice is done once. Raises NotFound, or IllegalTransition for one that is erased or under a legal hold.
    """
    tenant = await get_tenant(tenant_id, caller)
    if tenant.status == "deleted":
        return tenant
    if tenant.status == "erased":
        raise IllegalTransition("The tenant is erased already.", status_now=tenant.status)
    if hold := await any_hold(tenant_id):
        raise IllegalTransition(
            f"Legal hold {hold.id} keeps the tenant's data: {hold.reason} Release it first.", status_now=tenant.status
        )
    former, tenant.status = tenant.status, "deleted"
    tenant.status_before_deletion = former
    tenant.deleted_at = clock.utcnow()
    tenant.erase_after = tenant.deleted_at + GRACE
    _save(tenant, former, unit)
    return tenant


async def restore_tenant(tenant_id: str, caller: Caller, unit: Unit) -> Tenant:
    """Undo a deletion within its grace. Raises IllegalTransition where there is nothing to undo, or not any more."""
    tenant = await get_tenant(tenant_id, caller)
    if tenant.status != "deleted":
        raise IllegalTransition(f"The tenant is {tenant.status}, not deleted.", status_now=tenant.status)
    if tenant.erase_after is not None and tenant.erase_after <= clock.utcnow():
        raise IllegalTransition("The grace is over: the tenant's data is being erased.", status_now=tenant.status)
    tenant.status = tenant.status_before_deletion or "active"
    tenant.status_before_deletion = tenant.deleted_at = tenant.erase_after = None
    _save(tenant, "deleted", unit)
    return tenant


def _save(tenant: Tenant, former: str, unit: Unit) -> None:
    unit.replace(tenant_reference(tenant.id), tenant)
    unit.emit(TenantStatusChanged(status=tenant.status, former_status=former), tenant.id)
    unit.after_commit(partial(advance_epoch, tenant.id))
