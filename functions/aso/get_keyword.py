"""Get a keyword: volume, difficulty, intent, its rank day by day and the pages it is found with."""

from shared_layer.aso import keywords
from shared_layer.aso.keywords import KeywordDetail, KeywordQuery
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/aso/keywords/{keyword_id}", scope="aso:read")
async def get_keyword(keyword_id: Id, query: KeywordQuery, caller: Caller) -> KeywordDetail:
    return await keywords.get_keyword(keyword_id, query, caller)
