"""Create a piece of content: a hub about a topic, or a spoke about a part of it."""

from shared_layer.aso import contents
from shared_layer.aso.content import Content, NewContent
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/content",
    scope="aso:write",
    status=201,
    idempotency="optional",
    emits=("aso_content_changed",),
)
async def create_content(new: NewContent, caller: Caller, unit: Unit) -> Content:
    return await contents.create_content(new, caller, unit)
