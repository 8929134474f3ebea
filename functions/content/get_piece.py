"""Get a piece of content: its working copy, where it stands, and what of it is published."""

from shared_layer.content import pieces
from shared_layer.content.piece import Piece
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/content/{content_id}", scope="content:read")
async def get_piece(content_id: Id, caller: Caller) -> Piece:
    return await pieces.get_piece(content_id, caller)
