"""Serve a script, style sheet or picture of the docs page."""

from starlette.requests import Request
from starlette.responses import Response

from shared_layer.docs import assets
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/docs/{asset}", scope=PUBLIC, tier="none")
async def show_docs_asset(asset: str, request: Request) -> Response:
    found = assets.asset(asset)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(assets.compressed(asset), media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
