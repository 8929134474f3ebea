"""List the merges, those of the synchronisation included, the latest first."""

from shared_layer.crm import merging
from shared_layer.crm.merge_record import Merge
from shared_layer.front_door import Caller, Page, PageQuery, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/merges", scope="crm:read")
async def list_merges(query: PageQuery, caller: Caller) -> Page[Merge]:
    return await merging.list_merges(query, caller)
