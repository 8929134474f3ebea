"""Let an address get no more mail from here."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.gmail import suppression
from shared_layer.gmail.suppression import NewSuppression, Suppression


@endpoint(
    "POST",
    "/api/xynergyos/v2/gmail/suppressions",
    scope="gmail:write",
    status=201,
    idempotency="optional",
    emits=("gmail_suppression_changed",),
)
async def suppress_address(new: NewSuppression, caller: Caller, unit: Unit) -> Suppression:
    return await suppression.suppress(new, caller, unit)
