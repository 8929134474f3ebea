"""Get the settings of search: the brand's terms, and what a click is worth."""

from shared_layer.aso import settings
from shared_layer.aso.settings import AsoSettings
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/aso/settings", scope="aso:read")
async def get_aso_settings(caller: Caller) -> AsoSettings:
    return await settings.read_settings(caller.tenant_id)
