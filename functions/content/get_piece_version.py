"""Get one version of a piece of content with its text."""

from shared_layer.content import versions
from shared_layer.content.version import ContentVersion
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/content/{content_id}/versions/{number}", scope="content:read")
async def get_piece_version(content_id: Id, number: Id, caller: Caller) -> ContentVersion:
    return await versions.get_version(content_id, number, caller)
