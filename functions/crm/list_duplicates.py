"""List pairs of contacts that may be one, the surest first, each with its reasons."""

from shared_layer.crm import duplicates
from shared_layer.crm.duplicate import Duplicate, DuplicateFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/duplicates", scope="crm:read")
async def list_duplicates(query: DuplicateFilter, caller: Caller) -> Page[Duplicate]:
    return await duplicates.list_duplicates(query, caller)
