"""Show the API: a page to read it and to try it out."""

from starlette.responses import HTMLResponse

from shared_layer.docs.assets import asset_urls
from shared_layer.docs.page import POLICY, page
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/docs", scope=PUBLIC, tier="none")
async def show_docs() -> HTMLResponse:
    return HTMLResponse(page(asset_urls()), headers={"Content-Security-Policy": POLICY})
