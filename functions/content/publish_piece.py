"""Publish exactly one approved revision: now, or at a time of a time zone."""

from shared_layer.content import publishing
from shared_layer.content.piece import Piece
from shared_layer.content.publication import PublishRequest
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content/{content_id}:publish",
    scope="content:publish",
    idempotency="optional",
    emits=("content_published", "content_scheduled"),
)
async def publish_piece(content_id: Id, wanted: PublishRequest, caller: Caller, unit: Unit) -> Piece:
    return await publishing.publish_piece(content_id, wanted, caller, unit)
