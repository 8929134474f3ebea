"""List the assets, the newest first."""

from shared_layer.content import assets
from shared_layer.content.asset import Asset, AssetFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/assets", scope="content:read")
async def list_assets(query: AssetFilter, caller: Caller) -> Page[Asset]:
    return await assets.list_assets(query, caller)
