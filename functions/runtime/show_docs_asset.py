"""Serve a script, style sheet or picture of the docs page."""

from starlette.requests import Request
from starlette.responses import Response

from shared_layer.docs.assets import asset as find_asset
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/docs/{asset}", scope=PUBLIC, tier="none")
async def show_docs_asset(asset: str, request: Request) -> Response:
    found = find_asset(asset)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.compressed, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)
