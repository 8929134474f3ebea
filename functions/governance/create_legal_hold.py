"""Place a legal hold: while it stands, the erasures that it covers are refused with its reason."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.governance.legal_hold import LegalHold, NewLegalHold, place_hold


@endpoint(
    "POST",
    "/api/v1/privacy/legal-holds",
    scope="governance:write",
    status=201,
    idempotency="optional",
    emits=("legal_hold_changed",),
)
async def create_legal_hold(new: NewLegalHold, caller: Caller, unit: Unit) -> LegalHold:
    return await place_hold(new, caller, unit)
