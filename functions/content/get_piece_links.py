"""Get the links of a published page in both directions, and those of the site that lead nowhere."""

from shared_layer.content import links
from shared_layer.content.links import LinkGraph
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/content/{content_id}/links", scope="content:read")
async def get_piece_links(content_id: Id, caller: Caller) -> LinkGraph:
    return await links.get_links(content_id, caller)
