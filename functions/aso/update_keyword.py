"""Change a keyword: volume, difficulty, intent, tags, the page that is meant to serve it."""

from shared_layer.aso import keywords
from shared_layer.aso.keyword import Keyword
from shared_layer.aso.keywords import KeywordChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/v1/aso/keywords/{keyword_id}", scope="aso:write")
async def update_keyword(
    keyword_id: Id, changes: KeywordChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Keyword:
    return await keywords.update_keyword(keyword_id, changes, version, caller, unit)
