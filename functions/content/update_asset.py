"""Change an asset's alternative text."""

from shared_layer.content import assets
from shared_layer.content.asset import AltText, Asset
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/v1/assets/{asset_id}", scope="content:write")
async def update_asset(asset_id: Id, changes: AltText, version: IfMatch, caller: Caller, unit: Unit) -> Asset:
    return await assets.update_asset(asset_id, changes, version, caller, unit)
