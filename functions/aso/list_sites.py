"""List the sites whose search performance is followed, newest first."""

from shared_layer.aso import sites
from shared_layer.aso.site import Site, SiteQuery
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/aso/sites", scope="aso:read")
async def list_sites(query: SiteQuery, caller: Caller) -> Page[Site]:
    return await sites.list_sites(query, caller)
