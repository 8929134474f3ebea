"""Let an address get campaign mail again: only where its owner asked for that."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing.mail import suppression


@endpoint(
    "DELETE",
    "/api/v1/suppressions/{suppression_id}",
    scope="marketing:write",
    status=204,
    emits=("marketing_suppression_changed",),
)
async def unsuppress_mail(suppression_id: Id, caller: Caller, unit: Unit) -> None:
    await suppression.unsuppress(suppression_id, caller, unit)
