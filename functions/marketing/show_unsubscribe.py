"""Show the page that asks whether to unsubscribe; looking at it changes nothing."""

from starlette.responses import HTMLResponse

from shared_layer.front_door import PUBLIC, Resources, endpoint
from shared_layer.marketing.tracking.pages import POLICY, question_page
from shared_layer.marketing.tracking.tokens import Token
from shared_layer.marketing.tracking.unsubscribing import opened_token


@endpoint("GET", "/u/{token}", scope=PUBLIC, tier="none", resources=Resources(secrets=("xynergy-seal-key",)))
async def show_unsubscribe(token: Token) -> HTMLResponse:
    opened_token(token)
    return HTMLResponse(question_page(token), headers={"Content-Security-Policy": POLICY})
