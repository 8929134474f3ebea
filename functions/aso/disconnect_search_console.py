"""Disconnect Search Console: its token is forgotten, what was pulled stays."""

from shared_layer.aso.search_console import connecting
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("DELETE", "/api/v1/aso/search-console", scope="aso:write", status=204)
async def disconnect_search_console(caller: Caller, unit: Unit) -> None:
    await connecting.disconnect(caller, unit)
