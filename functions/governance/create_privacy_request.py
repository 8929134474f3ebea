"""Ask for a data subject's export or erasure, by address or contact id.

It is done within minutes, and due within 30 days. An erasure that may not be done (a legal hold, the account's owner)
is answered as refused, with the reason.
"""

from shared_layer.crm.same_person import same_person
from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.governance.privacy_request import NewPrivacyRequest, PrivacyRequest, create_request


@endpoint(
    "POST",
    "/api/v1/privacy/requests",
    scope="governance:write",
    while_suspended=True,
    status=201,
    idempotency="optional",
    emits=("privacy_request_created",),
)
async def create_privacy_request(new: NewPrivacyRequest, caller: Caller, unit: Unit) -> PrivacyRequest:
    return await create_request(new, caller, unit, same_person)
