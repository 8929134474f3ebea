"""Show the dashboard: a page that follows the platform live."""

from starlette.responses import Response

from shared_layer.dashboard.assets import PAGE, asset, policy
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/dashboard", scope=PUBLIC, tier="none")
async def show_dashboard() -> Response:
    page = asset(PAGE)
    headers = {"Content-Security-Policy": policy(), "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
    return Response(page.content, headers=headers, media_type=page.media_type)
