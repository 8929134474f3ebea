"""Have a model propose the alternative text of a picture; nothing takes it over by itself."""

from shared_layer.content import alt_text
from shared_layer.content.asset import Asset
from shared_layer.front_door import Caller, Id, Resources, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/assets/{asset_id}:suggest-alt",
    scope="content:write",
    tier="expensive",
    idempotency="optional",
    deadline=60,
    resources=Resources(memory=512, secrets=("xynergy-seal-key",)),
)
async def suggest_alt_text(asset_id: Id, caller: Caller, unit: Unit) -> Asset:
    return await alt_text.suggest_alt(asset_id, caller, unit)
