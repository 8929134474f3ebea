"""Take a piece of content out of the graph; its spokes stay."""

from shared_layer.aso import contents
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("DELETE", "/api/v1/aso/content/{content_id}", scope="aso:write", status=204, emits=("aso_content_changed",))
async def delete_content(content_id: Id, caller: Caller, unit: Unit) -> None:
    await contents.delete_content(content_id, caller, unit)
