"""List waivers: who took responsibility for what, and why."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.validation import waiving
from shared_layer.validation.waiver import Waiver, WaiverFilter


@endpoint("GET", "/api/v1/validation-waivers", scope="validation:read")
async def list_waivers(query: WaiverFilter, caller: Caller) -> Page[Waiver]:
    return await waiving.list_waivers(query, caller)
