"""Load the picture of a mail: noted as an open, which is told apart from readers that load ahead as far as can be."""

from starlette.requests import Request
from starlette.responses import Response

from shared_layer.front_door import PUBLIC, Resources, Unit, endpoint
from shared_layer.marketing.tracking.recording import PICTURE, record_open
from shared_layer.marketing.tracking.tokens import Token


@endpoint("GET", "/t/open/{token}", scope=PUBLIC, tier="none", resources=Resources(secrets=("xynergy-seal-key",)))
async def track_open(token: Token, request: Request, unit: Unit) -> Response:
    await record_open(token, request.headers, unit)
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-store"}
    return Response(PICTURE, headers=headers, media_type="image/gif")
