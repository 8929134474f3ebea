"""Ask whoever comes back from Google whether this tenant is to read the Search Console; nothing is connected before."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared_layer.aso.search_console.connecting import PURPOSE
from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.google_consent import consent
from shared_layer.google_consent.grant import CallbackQuery
from shared_layer.google_consent.page import POLICY, question_page


@endpoint(
    "GET",
    PURPOSE.callback,
    scope=PUBLIC,
    tier="none",
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def ask_search_console_consent(query: CallbackQuery, request: Request, unit: Unit) -> HTMLResponse:
    asked = await consent.ask(PURPOSE, query, request.cookies.get(PURPOSE.cookie), unit)
    page = question_page(asked, "your Search Console", "Everybody there will see how your sites are found.")
    headers = {"Content-Security-Policy": POLICY, "Set-Cookie": asked.set_cookie(), "Cache-Control": "no-store"}
    return HTMLResponse(page, headers=headers)
