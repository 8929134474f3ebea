"""Save a piece of content as a new version. What is published stays as it is."""

from shared_layer.content import pieces
from shared_layer.content.piece import Piece, PieceChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/v1/content/{content_id}", scope="content:write", emits=("content_updated",))
async def update_piece(content_id: Id, changes: PieceChanges, version: IfMatch, caller: Caller, unit: Unit) -> Piece:
    return await pieces.update_piece(content_id, changes, version, caller, unit)
