"""Cancel a publication that waits for its time."""

from shared_layer.content import publishing
from shared_layer.content.piece import Piece
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}:unschedule",
    scope="content:publish",
    idempotency="optional",
)
async def unschedule_piece(content_id: Id, caller: Caller, unit: Unit) -> Piece:
    return await publishing.unschedule_piece(content_id, caller, unit)
