"""Follow the tenant's events over a WebSocket: each under its number, in one order, none twice and none missing.

Messages are JSON with a `type`: `event` (with `id` and `event`), `ready`, `heartbeat`, `lagging`, `end`.
"""

from starlette.websockets import WebSocket

from shared_layer.front_door import Caller, Resources, endpoint, lifecycle
from shared_layer.live.following import LiveStart
from shared_layer.live.socket import converse


@endpoint(
    "GET",
    "/api/v1/live/socket",
    scope="live:read",
    websocket=True,
    deadline=3600,
    resources=Resources(memory=512, concurrency=1000, secrets=("xynergy-seal-key",)),
)
async def follow_live_socket(start: LiveStart, caller: Caller, socket: WebSocket) -> None:
    await converse(start, caller, socket, lambda: lifecycle.ending)
