"""Follow a link of a mail: noted once as a person's, then redirected to where its signed token says, nowhere else."""

from starlette.requests import Request
from starlette.responses import RedirectResponse

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.marketing.tracking.recording import record_click
from shared_layer.marketing.tracking.tokens import Token


@endpoint(
    "GET",
    "/t/click/{token}",
    scope=PUBLIC,
    tier="none",
    status=302,
    emits=("campaign_mail_clicked",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def track_click(token: Token, request: Request, unit: Unit) -> RedirectResponse:
    return RedirectResponse(await record_click(token, request.headers, unit), status_code=302)
