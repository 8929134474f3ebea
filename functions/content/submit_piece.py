"""Submit a draft for review; its validation begins."""

from shared_layer.content import review
from shared_layer.content.piece import Piece
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}:submit",
    scope="content:write",
    idempotency="optional",
    emits=("content_submitted",),
)
async def submit_piece(content_id: Id, caller: Caller, unit: Unit) -> Piece:
    return await review.submit_piece(content_id, caller, unit)
