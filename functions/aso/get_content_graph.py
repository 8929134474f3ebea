"""Get the content as a graph: orphans, thin hubs, pieces in each other's way, and internal links to be set."""

from shared_layer.aso import contents
from shared_layer.aso.graph import ContentGraph
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/aso/content-graph", scope="aso:read")
async def get_content_graph(caller: Caller) -> ContentGraph:
    return await contents.content_graph(caller)
