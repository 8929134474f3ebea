"""A TCP proxy that fails on command: in front of any dependency, between Google's client and the service.

proxy.cut()        connections break, new ones are refused
proxy.blackhole()  connections stay, nothing comes through, new ones are accepted and never answered
proxy.half_open()  what is sent arrives, what is answered does not
proxy.delay(0.05)  every piece arrives that many seconds late
proxy.heal()       all is well again
"""

from __future__ import annotations

import asyncio
import socket
from typing import Literal

Fault = Literal["none", "cut", "blackhole", "half_open"]
_PIECE = 1 << 16


class FaultyProxy:
    """Forwards 127.0.0.1:`port` to `target` (host:port)."""

    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("http://").removeprefix("redis://").partition("/")[0].partition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._fault: Fault = "none"
        self._delay = 0.0
        self._well = asyncio.Event()
        self._well.set()
        self._connections: set[asyncio.Task[None]] = set()
        self._accepting: asyncio.Task[None] | None = None
        self.accepted = 0

    @property
    def address(self) -> str:
        """`host:port` of this side."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Forward from now on."""
        self._listener.setblocking(False)
        self._accepting = asyncio.create_task(self._accept())

    async def stop(self) -> None:
        """Forward nothing more."""
        assert self._accepting is not None
        for task in (self._accepting, *self._connections):
            task.cancel()
        await asyncio.gather(self._accepting, *self._connections, return_exceptions=True)
        self._listener.close()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._become("cut")
        for task in self._connections:
            task.cancel()

    def blackhole(self) -> None:
        """Keep every connection, and let nothing through."""
        self._become("blackhole")

    def half_open(self) -> None:
        """Let requests through, and no answers."""
        self._become("half_open")

    def delay(self, seconds: float) -> None:
        """Let everything through that much later."""
        self._delay = seconds

    def heal(self) -> None:
        """Let everything through again; what was held back comes late, as it does on a network."""
        self._delay = 0.0
        self._become("none")

    def _become(self, fault: Fault) -> None:
        self._fault = fault
        if fault == "none":
            self._well.set()
        else:
            self._well.clear()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listener)
            if self._fault == "cut":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not an end
                client.close()
                continue
            self.accepted += 1
            task = asyncio.create_task(self._forward(client))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _forward(self, client: socket.socket) -> None:
        server_writer: asyncio.StreamWriter | None = None
        reader, writer = await asyncio.open_connection(sock=client)
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._target)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, server_writer, answers=False))
                group.create_task(self._pump(server_reader, writer, answers=True))
        except* (OSError, asyncio.IncompleteReadError):
            pass  # either side is gone: so is the connection
        finally:
            for end in (writer, server_writer):
                if end is not None:
                    end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool) -> None:
        while piece := await reader.read(_PIECE):
            if self._delay:
                await asyncio.sleep(self._delay)
            while self._fault == "blackhole" or (answers and self._fault == "half_open"):
                await self._well.wait()
            writer.write(piece)
            await writer.drain()
        writer.close()
