"""Erase the tenants whose grace is over, from every store, and certify it; their audit chains stay."""

from shared_layer.tenants.erasure import erase_due_tenants
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule(
    "23 * * * *",
    deadline=1500,
    emits=("tenant_erased",),
    resources=Resources(max_instances=1, secrets=("xynergy-audit-key",)),
)
async def erase_tenants(unit: Unit) -> None:
    await erase_due_tenants(unit)
