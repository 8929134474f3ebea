"""List the requests of data subjects, newest first."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.governance.privacy_request import PrivacyRequest, list_requests


@endpoint("GET", "/api/v1/privacy/requests", scope="governance:read")
async def list_privacy_requests(paging: PageQuery, caller: Caller) -> Page[PrivacyRequest]:
    return await list_requests(paging, caller)
