"""The end of an instance: calls under way are answered, and what still waits in the process is written before it goes.

Cloud Run sends SIGTERM and kills 10 s later. The server stops listening and lets calls finish; beside it, what is
counted and logged is written when the signal comes, with every call that ends after it, and at the latest after 9 s.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from shared_layer.access import door_decisions
from shared_layer.core import collector, endings, logs
from shared_layer.storage import metrics
from shared_layer.storage.redis import redis

GRACE_SECONDS: Final = 9.0
SETTLED_SECONDS: Final = 1.0
"""After the first request: what is loaded by then (Google's clients above all) stays for as long as the instance."""

watching = False
ending = False
_last: set[asyncio.Task[None]] = set()


def watch() -> None:
    """Hear of SIGTERM from now on, beside the server's own handler; called once, with the first request.

    A second later the garbage collector is told to pass over what is there by then: it stays.
    """
    global watching
    watching = True
    if threading.current_thread() is not threading.main_thread():
        return
    servers_own: Any = signal.getsignal(signal.SIGTERM)
    if not callable(servers_own):
        return  # nobody drains here (a test, a command): the signal ends the process as it always did
    loop = asyncio.get_running_loop()
    loop.call_later(SETTLED_SECONDS, collector.settle)
    signal.signal(signal.SIGTERM, _beside(servers_own, lambda: loop.call_soon_threadsafe(_begin)))


def _beside(servers_own: Callable[[int, FrameType | None], Any], begin: Callable[[], Any]) -> Callable[..., None]:
    def heard(number: int, frame: FrameType | None) -> None:
        begin()
        servers_own(number, frame)

    return heard


def _begin() -> None:
    global ending
    if not ending:
        ending = True
        task = asyncio.get_running_loop().create_task(_last_words())
        _last.add(task)


async def _last_words() -> None:
    await flush()
    await asyncio.sleep(GRACE_SECONDS)
    await drain()


async def flush() -> None:
    """Write what waits: the parts' own, the metrics, the decisions and the log lines."""
    await endings.end()
    await metrics.flush()
    await door_decisions.flush()
    logs.flush()


async def drain() -> None:
    """Write what waits, and close Redis. Called once, after the last request."""
    await endings.end()
    await metrics.flush()
    await door_decisions.flush()
    await redis().close()
    logs.flush()
