"""Get a site: how far its data reaches, and why it is not pulled where it is not."""

from shared_layer.aso import sites
from shared_layer.aso.site import Site
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/aso/sites/{site_id}", scope="aso:read")
async def get_site(site_id: Id, caller: Caller) -> Site:
    return await sites.get_site(site_id, caller)
