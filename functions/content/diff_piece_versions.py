"""Compare two versions of a piece of content, field by field."""

from shared_layer.content import versions
from shared_layer.content.version import Compared, Diff
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/content/{content_id}/versions:diff", scope="content:read")
async def diff_piece_versions(content_id: Id, query: Compared, caller: Caller) -> Diff:
    return await versions.diff_versions(content_id, query, caller)
