"""Follow a site: its last 90 days are pulled, from Search Console where it is connected, else made up (`mode` mock)."""

from shared_layer.aso import sites
from shared_layer.aso.site import NewSite, Site
from shared_layer.front_door import Caller, Resources, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/sites",
    scope="aso:write",
    tier="expensive",
    status=201,
    idempotency="optional",
    emits=("aso_site_changed", "aso_sync_due"),
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def add_site(new: NewSite, caller: Caller, unit: Unit) -> Site:
    return await sites.add_site(new, caller, unit)
