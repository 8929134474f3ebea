"""A redis-server as a child of this process, which never outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import sys
from pathlib import Path

from infra.local.redis.errors import RedisUnavailable

_START_SECONDS = 20.0  # it reads its append-only file first, beside whatever else starts
_STOP_SECONDS = 2.0
_PAUSE_SECONDS = 0.1  # between two attempts to have it back
_ROOT = Path(__file__).resolve().parents[3]


class RealServer:
    """`program` on loopback with an append-only file in `folder`, fsynced each second, and no RDB snapshots.

    One that ends by itself, or is killed, is started again with what its file holds.
    """

    def __init__(self, program: str, folder: Path, port: int) -> None:
        self.port = port
        self.kind = "redis-server"
        self._program = program
        self._folder = folder
        self._child: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.port = _bindable(self.port)
        self._folder.mkdir(parents=True, exist_ok=True)
        self.kind = await self._version()
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep())

    async def _spawn(self) -> None:
        log = (self._folder / "redis.log").open("ab")
        with log:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "infra.local.redis.program", str(os.getpid()), self._program),
                *self._arguments(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=_ROOT,
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._answering(self._child)
        except TimeoutError as silent:
            await self._end_child()
            raise self._failure(f"did not answer within {_START_SECONDS:g} s") from silent

    async def _keep(self) -> None:
        """Start it again whenever it is gone."""
        while True:
            if self._child is not None:
                await self._child.wait()
            with contextlib.suppress(RedisUnavailable):  # its port may be taken for a moment: it is tried again
                await self._spawn()
                continue
            await asyncio.sleep(_PAUSE_SECONDS)

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        await self._end_child()

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return
        child.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await child.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    def _arguments(self) -> list[str]:
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "loglevel": "notice",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    async def _version(self) -> str:
        asked = await asyncio.create_subprocess_exec(self._program, "--version", stdout=asyncio.subprocess.PIPE)
        told, _ = await asked.communicate()
        found = re.search(r"v=([\d.]+)", told.decode(errors="replace"))
        return f"redis-server {found.group(1)}" if found else "redis-server"

    async def _answering(self, child: asyncio.subprocess.Process) -> None:
        """Return once PING is answered with PONG: before that the append-only file may still be loading."""
        while True:
            if child.returncode is not None:
                raise self._failure(f"ended with exit code {child.returncode}")
            with contextlib.suppress(ConnectionError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(b"PING\r\n")
                answer = await reader.readline()
                writer.close()
                if answer.startswith(b"+PONG"):
                    return
            await asyncio.sleep(0.01)

    def _failure(self, what: str) -> RedisUnavailable:
        log = self._folder / "redis.log"
        return RedisUnavailable(f"{self._program} {what}: see {log}, and choose another port if this one is taken.")


def _bindable(port: int) -> int:
    """The port (for 0 any free one), if nothing listens on it: else what answers there would be taken for the child."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise RedisUnavailable(f"The port {port} for Redis cannot be opened ({taken}): choose another.") from taken
        return int(probe.getsockname()[1])
