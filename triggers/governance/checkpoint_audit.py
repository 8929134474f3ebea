"""Verify each audit chain since its last checkpoint and sign its head into the audit bucket; alert where it broke."""

from shared_layer.front_door import Resources, Unit, on_schedule
from shared_layer.governance import checkpoint_all


@on_schedule(
    "7 * * * *",
    deadline=1500,
    emits=("audit_chain_broken",),
    resources=Resources(max_instances=1, secrets=("xynergy-audit-key",)),
)
async def checkpoint_audit(unit: Unit) -> None:
    await checkpoint_all(unit)
