"""Replace the settings of search; opportunities are computed anew with them within the hour."""

from shared_layer.aso import settings
from shared_layer.aso.settings import AsoSettings
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("PUT", "/api/v1/aso/settings", scope="aso:write")
async def put_aso_settings(wanted: AsoSettings, caller: Caller, unit: Unit) -> AsoSettings:
    return await settings.put_settings(wanted, caller, unit)
