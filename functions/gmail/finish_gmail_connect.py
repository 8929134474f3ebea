"""Finish connecting a mailbox: the button on the page that asked was pressed, in the browser that it was shown to."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.gmail import connecting, consent
from shared_layer.gmail.connected_page import POLICY, connected_page
from shared_layer.gmail.connecting import CallbackQuery


@endpoint(
    "POST",
    connecting.CALLBACK,
    scope=PUBLIC,
    tier="none",
    deadline=30,
    emits=("gmail_history_due", "gmail_mailbox_connected", "gmail_mailbox_disconnected"),
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def finish_gmail_connect(query: CallbackQuery, request: Request, unit: Unit) -> HTMLResponse:
    mailbox = await connecting.finish(query, request.cookies.get(consent.COOKIE), unit)
    return HTMLResponse(connected_page(mailbox.email), headers={"Content-Security-Policy": POLICY})
