"""Restore an earlier version of a piece of content, as a new version."""

from shared_layer.content import versions
from shared_layer.content.piece import Piece
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}/versions/{number}:restore",
    scope="content:write",
    idempotency="optional",
    emits=("content_updated",),
)
async def restore_piece_version(content_id: Id, number: Id, caller: Caller, unit: Unit) -> Piece:
    return await versions.restore_version(content_id, number, caller, unit)
