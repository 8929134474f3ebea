"""Create a piece of content: a draft with its first version and an address of its own."""

from shared_layer.content import pieces
from shared_layer.content.piece import NewPiece, Piece
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST", "/api/v1/content", scope="content:write", status=201, idempotency="optional", emits=("content_created",)
)
async def create_piece(new: NewPiece, caller: Caller, unit: Unit) -> Piece:
    return await pieces.create_piece(new, caller, unit)
