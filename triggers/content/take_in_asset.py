"""Take an uploaded asset in: its type by its bytes, its metadata left out, its bytes kept once."""

from shared_layer.content import assets
from shared_layer.triggers import ObjectChange, Resources, Unit, on_object


@on_object("xynergy-content", emits=("asset_ready", "asset_refused"), resources=Resources(memory=512, concurrency=4))
async def take_in_asset(change: ObjectChange, unit: Unit) -> None:
    await assets.take_in(change, unit)
