"""Change a piece of content: its address, title, hub, and the links that it sets."""

from shared_layer.aso import contents
from shared_layer.aso.content import Content, ContentChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/v1/aso/content/{content_id}", scope="aso:write", emits=("aso_content_changed",))
async def update_content(
    content_id: Id, changes: ContentChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Content:
    return await contents.update_content(content_id, changes, version, caller, unit)
