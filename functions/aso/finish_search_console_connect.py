"""Finish connecting Search Console: the button on the page that asked was pressed, in the browser it was shown to."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared_layer.aso.search_console import connecting
from shared_layer.aso.search_console.connecting import PURPOSE
from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.google_consent.grant import CallbackQuery
from shared_layer.google_consent.page import POLICY, connected_page


@endpoint(
    "POST",
    PURPOSE.callback,
    scope=PUBLIC,
    tier="none",
    deadline=30,
    emits=("aso_site_changed", "aso_sync_due"),
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def finish_search_console_connect(query: CallbackQuery, request: Request, unit: Unit) -> HTMLResponse:
    account = await connecting.finish(query, request.cookies.get(PURPOSE.cookie), unit)
    page = connected_page("Search Console", f"It may read {account.properties} properties.")
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})
