"""Finish connecting a mailbox: Google sends the owner's browser here."""

from starlette.responses import HTMLResponse

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.gmail import connecting
from shared_layer.gmail.connected_page import POLICY, page
from shared_layer.gmail.connecting import CallbackQuery


@endpoint(
    "GET",
    connecting.CALLBACK,
    scope=PUBLIC,
    tier="none",
    deadline=30,
    emits=("gmail_history_due", "gmail_mailbox_connected", "gmail_mailbox_disconnected"),
    resources=Resources(secrets=("xynergy-seal-key", "xynergy-google-oauth")),
)
async def finish_gmail_connect(query: CallbackQuery, unit: Unit) -> HTMLResponse:
    mailbox = await connecting.finish(query, unit)
    return HTMLResponse(page(mailbox.email), headers={"Content-Security-Policy": POLICY})
