"""Have a model write a first draft of a piece: from a topic or a trend, with the passages it may rely on."""

from shared_layer.content import drafting
from shared_layer.content.drafting import DraftRequest
from shared_layer.content.piece import Piece
from shared_layer.front_door import Caller, Resources, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/content:draft",
    scope="content:write",
    tier="expensive",
    status=201,
    idempotency="optional",
    deadline=90,
    emits=("content_created",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def draft_piece(request: DraftRequest, caller: Caller, unit: Unit) -> Piece:
    return await drafting.draft_piece(request, caller, unit)
