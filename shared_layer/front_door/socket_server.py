"""A function with its WebSocket: Google's framework routes HTTP only, so that this stands around its application.

In the cloud such a function is a Cloud Run service of its own, whose container runs

    uvicorn main:app --host 0.0.0.0 --port $PORT --ws websockets-sansio --timeout-graceful-shutdown 9

over the archive's `main.py`, which holds `app = served(the function, its file)`.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from shared_layer.front_door.socket_door import socket_door_of


def with_socket(http: ASGIApp, function: object) -> ASGIApp:
    """`http` for calls, the function's own door for WebSockets; `http` alone where it has none."""
    door = socket_door_of(function)
    if door is None:
        return http

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await door.connect(WebSocket(scope, receive, send))
        else:
            await http(scope, receive, send)

    return serve


def served(name: str, source: str) -> ASGIApp:
    """The application of the function called `name` in the file `source`, with its WebSocket."""
    import sys

    from functions_framework.aio import create_asgi_app

    http: ASGIApp = create_asgi_app(target=name, source=source)
    return with_socket(http, getattr(sys.modules[source.rpartition("/")[2].removesuffix(".py")], name))
