"""Follow the tenant's events as server-sent events: each under its number, in one order, none twice and none missing.

Events come without a name; `ready`, `lagging` and `end` are named. A stream is resumed with `Last-Event-ID` or `after`.
Who reads too slowly is told so, and gets the rest from the store.
"""

from starlette.requests import Request

from shared_layer.front_door import Caller, Resources, endpoint, lifecycle
from shared_layer.live.following import LiveStart, place_of
from shared_layer.live.sse import LiveStream, stream


@endpoint(
    "GET",
    "/api/v1/live/stream",
    scope="live:read",
    streams=True,
    deadline=3600,
    resources=Resources(memory=512, concurrency=1000, secrets=("xynergy-seal-key",)),
)
async def stream_live_events(start: LiveStart, caller: Caller, request: Request) -> LiveStream:
    place = await place_of(start, request.headers.get("last-event-id"), caller)
    return LiveStream(stream(place, caller, lambda: lifecycle.ending))
