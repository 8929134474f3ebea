"""fakeredis behind a TCP port, on the event loop of this process.

fakeredis' own TcpFakeServer is not used: it hangs up after every error reply (a NOSCRIPT in a pipeline loses the rest
of it), and it polls each open connection a hundred times a second. This costs neither, and needs no thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

import redis
from fakeredis import FakeServer as Keyspace
from fakeredis._clients._tcp_server import encode_reply
from fakeredis._helpers import SimpleString
from fakeredis._socket import AsyncFakeSocket
from fakeredis.model import ClientInfo

from infra.local.redis.errors import RedisUnavailable

_VERSION = (7, 0)


class FakeServer:
    """Listens on loopback; all data is in memory and ends with the process."""

    kind = "fakeredis"

    def __init__(self, port: int) -> None:
        self.port = port
        self._keyspace = Keyspace(server_type="redis", version=_VERSION)
        self._listener: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(self._connection, "127.0.0.1", self.port)
        except OSError as taken:
            raise RedisUnavailable(
                f"The port {self.port} for Redis cannot be opened ({taken}): choose another."
            ) from taken
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._listener is None:
            return
        self._listener.close()
        for connection in list(self._connections):
            connection.close()
        await self._listener.wait_closed()

    def _connection(self) -> asyncio.Protocol:
        return _Connection(self._keyspace, self._connections)


class _Replies(AsyncFakeSocket):  # type: ignore[misc]
    """A fakeredis session whose replies are written out as they come, blocked and published ones too."""

    transport: asyncio.Transport

    def put_response(self, reply: Any) -> None:
        if self.responses is not None and not self.transport.is_closing():
            self.transport.write(self._encoded(reply))

    def _encoded(self, reply: Any) -> bytes:
        if isinstance(reply, SimpleString):
            return b"+%b\r\n" % reply.value
        protocol = self._client_info.protocol_version
        return cast(bytes, encode_reply(reply, protocol, nested=isinstance(reply, bytes | str)))

    def _decode_result(self, result: Any) -> Any:
        # The base class would turn +OK into the bytes OK here, which are then no longer told from a bulk string.
        return result if isinstance(result, SimpleString) else super()._decode_result(result)


class _Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, keyspace: Keyspace, open_connections: set[_Connection]) -> None:
        self._keyspace = keyspace
        self._open = open_connections
        self._session: _Replies | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        host, port = transport.get_extra_info("peername")[:2]
        info = ClientInfo(addr=f"{host}:{port}", laddr="127.0.0.1:0", fd=0, name="", resp=2)
        self._session = _Replies(self._keyspace, 0, client_class=redis.Redis, client_info=info)
        self._session.transport = self._transport
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        if self._session is None:
            return
        try:
            self._session.sendall(data)
        except (redis.RedisError, StopIteration, ValueError) as broken:
            self._session.put_response(redis.ResponseError(f"Protocol error: {broken}"))
            self.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._open.discard(self)
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(AttributeError):  # CLIENT KILL has closed it already
                session.close()

    def close(self) -> None:
        """Hang up once what was answered is written."""
        if self._transport is not None:
            self._transport.close()
