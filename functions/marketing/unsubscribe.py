"""Unsubscribe with one click (RFC 8058): what mail readers post to List-Unsubscribe, and the page's own button."""

from starlette.responses import HTMLResponse

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.marketing.tracking import unsubscribing
from shared_layer.marketing.tracking.pages import POLICY, done_page
from shared_layer.marketing.tracking.tokens import Token


@endpoint(
    "POST",
    "/u/{token}",
    scope=PUBLIC,
    tier="none",
    emits=("marketing_suppression_changed", "campaign_unsubscribed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def unsubscribe(token: Token, unit: Unit) -> HTMLResponse:
    await unsubscribing.unsubscribe(token, unit)
    return HTMLResponse(done_page(), headers={"Content-Security-Policy": POLICY})
