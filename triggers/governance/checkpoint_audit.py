"""Verify each audit chain since its last checkpoint and sign its head into the audit bucket; alert where it broke."""

from shared_layer.governance.checkpointing import checkpoint_all
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule(
    "7 * * * *",
    deadline=1500,
    emits=("audit_chain_broken",),
    resources=Resources(max_instances=1, secrets=("xynergy-audit-key",)),
)
async def checkpoint_audit(unit: Unit) -> None:
    await checkpoint_all(unit)
