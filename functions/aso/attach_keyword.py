"""Have a piece of content answer a keyword; the first one is what it is about."""

from shared_layer.aso import contents
from shared_layer.aso.content import AttachedKeyword, Content
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/content/{content_id}:attach-keyword",
    scope="aso:write",
    idempotency="optional",
    emits=("aso_content_changed",),
)
async def attach_keyword(content_id: Id, given: AttachedKeyword, caller: Caller, unit: Unit) -> Content:
    return await contents.attach_keyword(content_id, given, caller, unit)
