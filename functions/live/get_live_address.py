"""Get the addresses at which the tenant's events can be followed, with a ticket for browsers.

API Gateway does not stream: the addresses are the functions' own.
"""

from shared_layer.front_door import Caller, Resources, endpoint
from shared_layer.live.address import LiveAddress, address_for


@endpoint("GET", "/api/v1/live/address", scope="live:read", resources=Resources(secrets=("xynergy-seal-key",)))
async def get_live_address(caller: Caller) -> LiveAddress:
    return address_for(caller)
