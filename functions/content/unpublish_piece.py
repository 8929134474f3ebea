"""Take a piece of content back from its readers, and send those on who still come."""

from shared_layer.content import publishing
from shared_layer.content.piece import Piece
from shared_layer.content.publishing import Unpublishing
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}:unpublish",
    scope="content:publish",
    idempotency="optional",
    emits=("content_unpublished",),
)
async def unpublish_piece(content_id: Id, wanted: Unpublishing, caller: Caller, unit: Unit) -> Piece:
    return await publishing.unpublish_piece(content_id, wanted, caller, unit)
