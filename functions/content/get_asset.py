"""Get one asset: what its bytes are, and whether they are taken in."""

from shared_layer.content import assets
from shared_layer.content.asset import Asset
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/assets/{asset_id}", scope="content:read")
async def get_asset(asset_id: Id, caller: Caller) -> Asset:
    return await assets.get_asset(asset_id, caller)
