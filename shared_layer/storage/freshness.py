"""How far the warehouse has come: a counter for each tenant, and how long the latest event took to get there.

Whoever caches an answer of the warehouse puts the counter into the cache's key: new rows put the old answer
out of reach.
"""

from __future__ import annotations

from typing import Final

from shared_layer.core.logs import log
from shared_layer.storage.redis import RedisUnavailable, redis

LAG_KEY: Final = "lag:warehouse"
LAG_KEPT_SECONDS: Final = 600


def version_key(tenant_id: str) -> str:
    """Where Redis counts the tenant's rows as they arrive."""
    return f"warehouse:{tenant_id}"


async def advance(tenant_id: str, lag_seconds: float) -> None:
    """Tell that a row of the tenant arrived, `lag_seconds` after its event.

    Without Redis, cached answers stay as old as their time to live allows; a line says so.
    """
    try:
        await redis().pipeline(
            ("INCR", version_key(tenant_id)), ("SET", LAG_KEY, f"{lag_seconds:.3f}", "EX", LAG_KEPT_SECONDS)
        )
    except RedisUnavailable as error:
        log("WARNING", "warehouse_version_not_advanced", str(error))


async def version(tenant_id: str) -> int | None:
    """The tenant's counter; None without Redis."""
    try:
        return int(await redis().command("GET", version_key(tenant_id)) or 0)
    except RedisUnavailable:
        return None


async def lag() -> float | None:
    """Seconds from the latest synced event to its row; None where none came lately. Raises RedisUnavailable."""
    found = await redis().command("GET", LAG_KEY)
    return None if found is None else float(found)
