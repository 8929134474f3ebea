"""Release a legal hold."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.governance.legal_hold import release_hold


@endpoint(
    "DELETE",
    "/api/v1/privacy/legal-holds/{hold_id}",
    scope="governance:write",
    status=204,
    emits=("legal_hold_changed",),
)
async def release_legal_hold(hold_id: Id, caller: Caller, unit: Unit) -> None:
    await release_hold(hold_id, caller, unit)
