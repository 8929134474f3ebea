"""Finish connecting a mailbox: the button on the page that asked was pressed, in the browser that it was shown to."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.gmail import connecting
from shared_layer.gmail.connecting import PURPOSE
from shared_layer.google_consent.grant import CallbackQuery
from shared_layer.google_consent.page import POLICY, connected_page


@endpoint(
    "POST",
    PURPOSE.callback,
    scope=PUBLIC,
    tier="none",
    deadline=30,
    emits=("gmail_history_due", "gmail_mailbox_connected", "gmail_mailbox_disconnected"),
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def finish_gmail_connect(query: CallbackQuery, request: Request, unit: Unit) -> HTMLResponse:
    mailbox = await connecting.finish(query, request.cookies.get(PURPOSE.cookie), unit)
    page = connected_page(mailbox.email, "Its newest mail is being read.")
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})
