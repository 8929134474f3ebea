"""Get whether Search Console is connected, and the properties that can be followed."""

from shared_layer.aso.search_console import connecting
from shared_layer.aso.search_console.connecting import SearchConsoleStatus
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "GET",
    "/api/v1/aso/search-console",
    scope="aso:read",
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def get_search_console(caller: Caller) -> SearchConsoleStatus:
    return await connecting.search_console_status(caller)
