"""List pieces of content by title: hubs, spokes, or the spokes of a hub."""

from shared_layer.aso import contents
from shared_layer.aso.content import Content, ContentFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/aso/content", scope="aso:read")
async def list_content(query: ContentFilter, caller: Caller) -> Page[Content]:
    return await contents.list_content(query, caller)
