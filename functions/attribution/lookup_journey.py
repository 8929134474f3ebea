"""Get one person's journey by a contact's id, an address or the visitor's own id: touches and conversions."""

from shared_layer.attribution import looking_up
from shared_layer.attribution.looking_up import JourneyView, WhoseJourney
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/attribution/journeys:lookup", scope="attribution:read")
async def lookup_journey(whose: WhoseJourney, caller: Caller) -> JourneyView:
    return await looking_up.look_up(whose, caller)
