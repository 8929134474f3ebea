"""The REST half of the local cloud: uvicorn's HTTP protocol on a plain asyncio listener.

uvicorn.Server takes over the process's signals and wakes ten times a second to look whether it shall end; neither
suits a process that serves gRPC beside it and idles at no cost.
"""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState


class RestServer:
    """Serves one ASGI app on an open listening socket, where asked also WebSockets."""

    def __init__(self, app: ASGIApp, listener: socket.socket, *, websockets: bool = False) -> None:
        self._config = uvicorn.Config(
            app, http="httptools", ws="websockets-sansio" if websockets else "none", lifespan="off", log_config=None,
            access_log=False, server_header=False, date_header=False, timeout_keep_alive=60, ws_max_size=64 << 10,
            ws_per_message_deflate=False,
        )  # fmt: skip
        self._config.load()
        self._state = ServerState()
        self._listener = listener
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Answer from now on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=self._listener)

    async def stop(self, grace: float) -> None:
        """Take no more calls; those under way get `grace` seconds."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        tasks = list(self._state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
        await asyncio.sleep(0)  # a closed transport lets go of its socket in the loop's next turn

    def _protocol(self) -> asyncio.Protocol:
        return HttpToolsProtocol(config=self._config, server_state=self._state, app_state={})
