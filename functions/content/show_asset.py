"""Show a picture or a file of a site."""

from starlette.responses import Response

from shared_layer.content import assets
from shared_layer.content.delivery import SiteKey
from shared_layer.front_door import PUBLIC, Id, Resources, endpoint


@endpoint(
    "GET", "/api/v1/sites/{site_key}/assets/{asset_id}", scope=PUBLIC, tier="none", resources=Resources(memory=512)
)
async def show_asset(site_key: SiteKey, asset_id: Id) -> Response:
    return await assets.show_asset(site_key, asset_id)
