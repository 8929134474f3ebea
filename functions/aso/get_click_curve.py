"""Get a site's own click rates by position, the brand's apart, and how they were fitted."""

from shared_layer.aso import opportunities
from shared_layer.aso.opportunities import ClickCurve, CurveQuery
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/aso/click-curve", scope="aso:read")
async def get_click_curve(query: CurveQuery, caller: Caller) -> ClickCurve:
    return await opportunities.get_click_curve(query, caller)
