"""Announce a picture or a file: the answer holds the signed address that takes its bytes."""

from shared_layer.content import assets
from shared_layer.content.asset import AssetToUpload, NewAsset
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("POST", "/api/v1/assets", scope="content:write", status=201, idempotency="optional", sealed=True)
async def create_asset(new: NewAsset, caller: Caller, unit: Unit) -> AssetToUpload:
    return await assets.announce_asset(new, caller, unit)
