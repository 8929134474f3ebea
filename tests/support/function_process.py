"""One function in a process of its own, served by Google's framework as in the cloud: to be ended or killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from infra.local.options import ROOT
from tests.support.eventually import eventually


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class FunctionProcess:
    """`python -m functions_framework --asgi` on the function in `file`; its output goes to `log`."""

    def __init__(self, file: Path, environment: Mapping[str, str], log: Path, port: int = 0) -> None:
        self._file, self._environment, self.log = file, dict(environment), log
        self.port = port or free_port()
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it takes connections."""
        name = self._file.stem
        environment = os.environ | self._environment
        environment |= {"FUNCTION_TARGET": name, "K_SERVICE": name.replace("_", "-"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "functions_framework", "--asgi", "--host", "127.0.0.1"]
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(*command, "--source", str(self._file), "--port", str(self.port)),
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        await eventually(self._listens)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and its worker."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    async def kill(self) -> None:
        """End it without a word, as an instance dies."""
        assert self.process is not None
        if self.process.returncode is None:
            self.signal(signal.SIGKILL)
        await self.process.wait()

    async def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log.read_text()[-2000:]
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@asynccontextmanager
async def function_process(
    file: Path, environment: Mapping[str, str], log: Path, port: int = 0
) -> AsyncIterator[FunctionProcess]:
    """A running function; killed when the context is left."""
    function = FunctionProcess(file, environment, log, port)
    await function.start()
    try:
        yield function
    finally:
        await function.kill()
