"""Ask whoever comes back from Google whether this tenant is to have the mailbox; nothing is connected before."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.gmail import connecting, consent
from shared_layer.gmail.connected_page import POLICY, question_page
from shared_layer.gmail.connecting import CallbackQuery


@endpoint(
    "GET",
    connecting.CALLBACK,
    scope=PUBLIC,
    tier="none",
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def ask_gmail_consent(query: CallbackQuery, request: Request, unit: Unit) -> HTMLResponse:
    asked = await consent.ask(query, request.cookies.get(consent.COOKIE), unit)
    headers = {"Content-Security-Policy": POLICY, "Set-Cookie": asked.set_cookie(), "Cache-Control": "no-store"}
    return HTMLResponse(question_page(asked), headers=headers)
