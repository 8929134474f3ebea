"""Send a revision back to its authors, with what is to be changed."""

from shared_layer.content import review
from shared_layer.content.piece import Piece
from shared_layer.content.review import Rejection
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}:reject",
    scope="content:publish",
    idempotency="optional",
    emits=("content_reviewed",),
)
async def reject_piece(content_id: Id, wanted: Rejection, caller: Caller, unit: Unit) -> Piece:
    return await review.reject_piece(content_id, wanted, caller, unit)
