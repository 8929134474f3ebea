"""List what all models said each night, the latest night first."""

from shared_layer.attribution import nightly
from shared_layer.attribution.nightly import AttributionSnapshot
from shared_layer.front_door import Caller, Page, PageQuery, endpoint


@endpoint("GET", "/api/v1/attribution/snapshots", scope="attribution:read")
async def list_attribution_snapshots(query: PageQuery, caller: Caller) -> Page[AttributionSnapshot]:
    return await nightly.list_snapshots(query, caller)
