"""The end of an instance: what still waits in the process is written before it goes."""

from __future__ import annotations

from shared_layer.core import logs
from shared_layer.storage import metrics
from shared_layer.storage.redis import redis


async def drain() -> None:
    """Write the metrics and the log lines that wait, and close Redis. Called once, after the last request."""
    await metrics.flush()
    await redis().close()
    logs.flush()
