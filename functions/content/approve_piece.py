"""Approve the revision that is under review, once its validation is passed."""

from shared_layer.content import review
from shared_layer.content.piece import Piece
from shared_layer.content.review import Review
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}:approve",
    scope="content:publish",
    idempotency="optional",
    emits=("content_reviewed",),
)
async def approve_piece(content_id: Id, wanted: Review, caller: Caller, unit: Unit) -> Piece:
    return await review.approve_piece(content_id, wanted, caller, unit)
