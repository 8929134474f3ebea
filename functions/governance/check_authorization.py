"""Ask whether somebody may do something: allow or deny, with the policies that decided. Up to 50 questions at once.

Without a policy that permits it, the answer is deny; a policy that forbids it wins over all that permit.
"""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.governance.authorization import Checks, Decisions, check_all


@endpoint("POST", "/api/v1/authz:check", scope="governance:use")
async def check_authorization(wanted: Checks, caller: Caller, unit: Unit) -> Decisions:
    return await check_all(wanted, caller, unit)
