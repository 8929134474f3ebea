"""Get the settings of the CRM: who becomes a contact by himself, and how numbers are read."""

from shared_layer.crm import settings
from shared_layer.crm.settings import CrmSettings
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/settings", scope="crm:read")
async def get_crm_settings(caller: Caller) -> CrmSettings:
    return await settings.read_settings(caller.tenant_id)
