"""Follow a keyword no more."""

from shared_layer.aso import keywords
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("DELETE", "/api/v1/aso/keywords/{keyword_id}", scope="aso:write", status=204)
async def delete_keyword(keyword_id: Id, caller: Caller, unit: Unit) -> None:
    await keywords.delete_keyword(keyword_id, caller, unit)
