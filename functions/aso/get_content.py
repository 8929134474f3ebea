"""Get a piece of content: what is wrong with it in its graph, and the links that are missing."""

from shared_layer.aso import contents
from shared_layer.aso.contents import ContentDetail
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/aso/content/{content_id}", scope="aso:read")
async def get_content(content_id: Id, caller: Caller) -> ContentDetail:
    return await contents.get_content(content_id, caller)
