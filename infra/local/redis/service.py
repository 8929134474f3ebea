"""Starts the best Redis this machine has and says where it listens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from infra.local.redis.errors import RedisUnavailable

__all__ = ["RedisService", "RedisUnavailable"]


class _Server(Protocol):
    port: int
    kind: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class RedisService:
    """One Redis on loopback.

    A `redis-server` on PATH keeps its data in `folder` (append-only file, so that a kill -9 loses at most the last
    second). Without one, fakeredis answers from this process's memory: every command of the rate limits and caches,
    Lua included, but no INFO or CONFIG, and nothing survives a restart. `port` 0 lets the system choose.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = Path(folder)
        self._port = port
        self._server: _Server | None = None

    async def start(self) -> None:
        """Return once commands are answered. Raises RedisUnavailable with what to do if the port is taken."""
        program = shutil.which("redis-server")
        if program is not None:
            from infra.local.redis.real import RealServer

            self._server = RealServer(program, self._folder, self._port)
        else:
            from infra.local.redis.fake import FakeServer

            self._server = FakeServer(self._port)
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening; a redis-server writes its file out first."""
        if self._server is not None:
            await self._server.stop()

    @property
    def url(self) -> str:
        """redis://127.0.0.1:PORT/0, for REDIS_URL."""
        return f"redis://127.0.0.1:{self._running.port}/0"

    @property
    def kind(self) -> str:
        """`redis-server 7.0.15` or `fakeredis`."""
        return self._running.kind

    @property
    def _running(self) -> _Server:
        if self._server is None:
            raise RedisUnavailable("Redis has not been started: await start() first.")
        return self._server
