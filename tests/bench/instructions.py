"""How many instructions the server executes for a request: what a busy machine cannot blur.

Counted by valgrind's callgrind in user space (`apt-get install valgrind`), on a warm server; fifty times slower than
a run without it, and the same figure to a percent each time.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

WARM: Final = 300
REQUESTS: Final = 2000
_SUMMARY: Final = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


def counted(
    command: list[str],
    environment: Mapping[str, str],
    await_port: Callable[[int, subprocess.Popen[bytes]], None],
    load: Callable[[int, int], object],
) -> float:
    """Instructions a request of the server that `command` starts; `load` sends so many requests to a port."""
    if shutil.which("valgrind") is None:
        raise SystemExit("Counting instructions needs valgrind: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        found = Path(folder) / "callgrind.out"
        watcher = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={found}"]
        server = subprocess.Popen(
            [*watcher, *[part.replace("{port}", str(port)) for part in command]],
            env=dict(environment),
            stdout=subprocess.DEVNULL,
        )
        try:
            await_port(port, server)
            load(port, WARM)
            _switch(server, "on")
            load(port, REQUESTS)
            _switch(server, "off")
        finally:
            server.terminate()
            server.wait(60)
        totals = [int(_SUMMARY.findall(file.read_text())[-1]) for file in Path(folder).glob("callgrind.out*")]
        return sum(totals) / REQUESTS


def _switch(server: subprocess.Popen[bytes], to: str) -> None:
    subprocess.run(["callgrind_control", "-i", to, str(server.pid)], check=True, stdout=subprocess.DEVNULL)
