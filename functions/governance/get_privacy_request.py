"""Get a data subject's request: its state, its due date, its result or why it was refused."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.governance.privacy_request import PrivacyRequest, get_request


@endpoint("GET", "/api/v1/privacy/requests/{request_id}", scope="governance:read", while_suspended=True)
async def get_privacy_request(request_id: Id, caller: Caller) -> PrivacyRequest:
    return await get_request(request_id, caller)
