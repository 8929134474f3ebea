"""Download a finished export: every place that names the subject, with what stands there."""

from starlette.responses import Response

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.governance.privacy_work import read_result


@endpoint(
    "GET",
    "/api/v1/privacy/requests/{request_id}:download",
    scope="governance:write",
    tier="expensive",
    while_suspended=True,
)
async def download_privacy_export(request_id: Id, caller: Caller) -> Response:
    return Response(await read_result(request_id, caller), media_type="application/json")
