"""Google Cloud on one machine, as one process.

    python -m infra.local.cloud --data DIR --grpc-port N --rest-port N --redis-port N [--location us-central1]
        [--indexes FILE [--record-indexes]] [--deliveries N]

Prints one JSON line `{"ready": true, "services": {name: address}, "environment": {variable: value}}` once every service
answers. Ends within three seconds of SIGTERM, SIGINT or its parent's end, and with exit code 2 and one sentence on
standard error where it cannot start.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

# gRPC reads this when it is loaded. A redis-server is started by a fork, of which it would say that it takes no part.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

import uvloop

from infra.local.assembly import LocalCloud
from infra.local.clock import SystemClock
from infra.local.firestore.declared import DeclaredIndexes
from infra.local.folder_lock import FolderLock
from infra.local.parent import on_parent_exit
from infra.local.refusal import Refusal

_DRAIN_SECONDS = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end; the exit code."""
    options = _options(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        lock = FolderLock(options.data)
        uvloop.run(_serve(options))
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        return refusal.exit_code
    lock.release()
    return 0


async def _serve(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    on_parent_exit(ended.set)
    indexes = DeclaredIndexes(options.indexes, options.record_indexes)
    cloud = LocalCloud(options.data, options.location, SystemClock(), indexes, options.deliveries)
    try:
        await cloud.start(options.grpc_port, options.rest_port, options.redis_port)
        print(json.dumps({"ready": True, **cloud.describe()}), flush=True)
        await ended.wait()
    finally:
        async with asyncio.timeout(_DRAIN_SECONDS):
            await cloud.stop()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.cloud", description="Google Cloud on one machine.")
    parser.add_argument("--data", type=lambda path: Path(path).absolute(), required=True, metavar="DIR")
    for name in ("grpc", "rest", "redis"):
        parser.add_argument(f"--{name}-port", type=int, required=True, metavar="N", help="0: any free one")
    parser.add_argument("--location", default="us-central1", help="the region that events name (default us-central1)")
    parser.add_argument("--indexes", type=Path, metavar="FILE", help="refuse queries whose index this does not declare")
    parser.add_argument("--record-indexes", action="store_true", help="add the index to FILE instead")
    parser.add_argument("--deliveries", type=int, default=1, metavar="N", help="send each event N times, shuffled")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
