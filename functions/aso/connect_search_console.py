"""Begin to connect Search Console: the answer says where a browser has to go for the owner's consent."""

from shared_layer.aso.search_console import connecting
from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.google_consent.grant import Begun


@endpoint(
    "POST",
    "/api/v1/aso/search-console/connect",
    scope="aso:write",
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def connect_search_console(caller: Caller, unit: Unit) -> Begun:
    return await connecting.begin(caller, unit)
