"""Stop following a site: its numbers and its opportunities are forgotten."""

from shared_layer.aso import sites
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "DELETE",
    "/api/v1/aso/sites/{site_id}",
    scope="aso:write",
    status=204,
    emits=("aso_site_changed",),
)
async def remove_site(site_id: Id, caller: Caller, unit: Unit) -> None:
    await sites.remove_site(site_id, caller, unit)
