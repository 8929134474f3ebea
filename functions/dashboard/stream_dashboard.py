"""Follow the health of the platform and the tenant's new events as server-sent events.

Messages: `overview` (the document of GET /api/v1/dashboard/overview) and `event` (the envelope, under its id; for keys
with the scope analytics:read). A stream is resumed with `Last-Event-ID` or `since`. API Gateway does not stream: use
the overview's `stream_url`.
"""

from starlette.requests import Request
from starlette.responses import StreamingResponse

from shared_layer.dashboard.sse import HEADERS, MEDIA_TYPE
from shared_layer.dashboard.stream import StreamStart, live
from shared_layer.front_door import Caller, endpoint, lifecycle


@endpoint("GET", "/api/v1/dashboard/stream", scope="dashboard:read", streams=True, deadline=3600)
async def stream_dashboard(query: StreamStart, caller: Caller, request: Request) -> StreamingResponse:
    since = request.headers.get("last-event-id") or query.since
    return StreamingResponse(live(caller, since, lambda: lifecycle.ending), headers=HEADERS, media_type=MEDIA_TYPE)
