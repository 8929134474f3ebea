"""List keywords in alphabetical order, each with what it brought in 28 days against the 28 before."""

from shared_layer.aso import keywords
from shared_layer.aso.keyword import KeywordFilter
from shared_layer.aso.keywords import KeywordView
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/aso/keywords", scope="aso:read")
async def list_keywords(query: KeywordFilter, caller: Caller) -> Page[KeywordView]:
    return await keywords.list_keywords(query, caller)
