"""`python -m infra.local.runner`: the gateway and all functions in one process, on sockets that the supervisor holds.

A line of JSON on standard output says that it serves; further lines are notices for the terminal. With --log, what the
functions print goes to that file.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import socket
import sys
from pathlib import Path

import uvloop

from infra.local.identity import Issuer
from infra.local.keeper import RESTART_CODE
from infra.local.options import ROOT
from infra.local.rest import RestServer
from infra.local.runner.deployment import Deployment
from infra.local.runner.watch import Watch
from shared_layer.front_door.lifecycle import drain

_LAST_WORDS_SECONDS = 1.0


class Notices:
    """The supervisor's ear, kept open when standard output is turned to the log."""

    def __init__(self, log: Path | None) -> None:
        self._ear = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        if log is not None:
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(descriptor, 1)
            os.close(descriptor)

    def __call__(self, line: str) -> None:
        print(line, file=self._ear)


async def serve(options: argparse.Namespace, notice: Notices) -> int:
    """Serve until SIGTERM or a change of shared code; answers the exit code."""
    ended, code = asyncio.Event(), 0

    def restart() -> None:
        nonlocal code
        code = RESTART_CODE
        ended.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    issuer = Issuer(options.data / "identity")
    urls = os.environ["XYNERGY_GATEWAY_URL"], os.environ["XYNERGY_FUNCTIONS_URL"]
    deployment = Deployment(ROOT, options.data, *urls, issuer, notice)
    servers = (
        RestServer(deployment.gateway, socket.socket(fileno=options.gateway_socket)),
        RestServer(deployment.runner, socket.socket(fileno=options.functions_socket), websockets=True),
    )
    for server in servers:
        await server.start()
    gc.freeze()
    notice(json.dumps({"ready": True, "functions": deployment.functions}))
    watching = asyncio.create_task(Watch(ROOT, deployment, notice, restart).run(ended))
    await ended.wait()
    for server in servers:
        await server.stop(options.drain)
    async with asyncio.timeout(_LAST_WORDS_SECONDS):
        await drain()
    await watching
    return code


def main() -> int:
    """Run until told to end; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.runner", description=__doc__)
    parser.add_argument("--gateway-socket", type=int, required=True, help="descriptor of the gateway's socket")
    parser.add_argument("--functions-socket", type=int, required=True, help="descriptor of the functions' socket")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--drain", type=float, default=9.0, help="seconds for the calls under way at the end")
    options = parser.parse_args()
    return uvloop.run(serve(options, Notices(options.log)))


if __name__ == "__main__":
    sys.exit(main())
