"""What is cached until somebody changes it: the key holds a generation, which every change begins anew.

What was read before a change is out of reach after it. Without Redis nothing is cached, and there is nothing to begin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from shared_layer.core.logs import log
from shared_layer.storage.cache import cached
from shared_layer.storage.redis import RedisUnavailable, redis

KEPT_SECONDS: Final = 86_400
"""Much longer than anything cached lives: a generation that begins anew meets nothing of the former one."""


def _key(tenant_id: str, category: str) -> str:
    return f"generation:{tenant_id}:{category}"


async def cached_until_changed(
    tenant_id: str,
    category: str,
    parts: tuple[str, ...],
    load: Callable[[], Awaitable[Any]],
    ttl: float | None = None,
) -> Any:
    """The value of the current generation under `parts`, which `load` makes; `ttl` in seconds as `cached` takes it."""
    try:
        current = await redis().command("GET", _key(tenant_id, category))
    except RedisUnavailable:
        return await load()
    return (await cached(tenant_id, category, (str(int(current or 0)), *parts), load, ttl=ttl)).value


async def advance(tenant_id: str, category: str) -> None:
    """Begin a new generation: to be called once the change is committed."""
    key = _key(tenant_id, category)
    try:
        await redis().pipeline(("INCR", key), ("EXPIRE", key, KEPT_SECONDS))
    except RedisUnavailable as error:
        log("WARNING", "generation_not_advanced", str(error))
