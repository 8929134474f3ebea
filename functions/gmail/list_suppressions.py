"""List the addresses that get no mail from here, newest first."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.gmail import suppression
from shared_layer.gmail.suppression import Suppression


@endpoint("GET", "/api/xynergyos/v2/gmail/suppressions", scope="gmail:read")
async def list_suppressions(query: PageQuery, caller: Caller) -> Page[Suppression]:
    return await suppression.list_suppressions(query, caller)
