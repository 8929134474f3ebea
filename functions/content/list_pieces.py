"""List or search the pieces of content."""

from shared_layer.content import listing
from shared_layer.content.piece import Piece, PieceFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/content", scope="content:read")
async def list_pieces(query: PieceFilter, caller: Caller) -> Page[Piece]:
    return await listing.list_pieces(query, caller)
