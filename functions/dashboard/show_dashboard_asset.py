"""Serve a script, style sheet or picture of the dashboard."""

from starlette.requests import Request
from starlette.responses import Response

from shared_layer.dashboard.assets import asset
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/dashboard/{asset_name}", scope=PUBLIC, tier="none")
async def show_dashboard_asset(asset_name: str, request: Request) -> Response:
    found = asset(asset_name)
    headers = {"ETag": found.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)
