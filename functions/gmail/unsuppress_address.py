"""Let an address get mail again."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.gmail import suppression


@endpoint(
    "DELETE",
    "/api/xynergyos/v2/gmail/suppressions/{suppression_id}",
    scope="gmail:write",
    status=204,
    emits=("gmail_suppression_changed",),
)
async def unsuppress_address(suppression_id: Id, caller: Caller, unit: Unit) -> None:
    await suppression.unsuppress(suppression_id, caller, unit)
