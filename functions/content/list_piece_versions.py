"""List the versions of a piece of content, the newest first."""

from shared_layer.content import versions
from shared_layer.content.version import Version, VersionFilter
from shared_layer.front_door import Caller, Id, Page, endpoint


@endpoint("GET", "/api/v1/content/{content_id}/versions", scope="content:read")
async def list_piece_versions(content_id: Id, query: VersionFilter, caller: Caller) -> Page[Version]:
    return await versions.list_versions(content_id, query, caller)
