"""Replace the settings of the CRM."""

from shared_layer.crm import settings
from shared_layer.crm.settings import CrmSettings
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("PUT", "/api/xynergyos/v2/crm/settings", scope="crm:write")
async def put_crm_settings(wanted: CrmSettings, caller: Caller, unit: Unit) -> CrmSettings:
    return await settings.put_settings(wanted, caller, unit)
