"""Pull a site now: what is new, and the last five days again, since late data changes them."""

from shared_layer.aso import sites
from shared_layer.aso.site import Site
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/sites/{site_id}:sync",
    scope="aso:write",
    tier="expensive",
    status=202,
    idempotency="optional",
    emits=("aso_sync_due",),
)
async def sync_site(site_id: Id, caller: Caller, unit: Unit) -> Site:
    return await sites.sync_site(site_id, caller, unit)
