"""Which generation of a tenant's lists is current: whoever changes one advances it, and what is cached is old at once.

Without Redis nothing is cached, and there is nothing to advance.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from shared_layer.core.logs import log
from shared_layer.messaging.unit import Unit
from shared_layer.storage.cache import cached
from shared_layer.storage.redis import RedisUnavailable, redis

KEPT_SECONDS: Final = 86_400
"""Much longer than anything cached lives: a generation that begins anew meets nothing of the former one."""


def _key(tenant_id: str, name: str) -> str:
    return f"generation:{tenant_id}:{name}"


async def cached_list(tenant_id: str, name: str, parts: tuple[str, ...], load: Callable[[], Awaitable[Any]]) -> Any:
    """The value of the current generation under `parts`, which `load` makes; `name` is the cache's category."""
    try:
        current = await redis().command("GET", _key(tenant_id, name))
    except RedisUnavailable:
        return await load()
    return (await cached(tenant_id, name, (str(current), *parts), load)).value


def advance_after(unit: Unit, name: str) -> None:
    """Begin a new generation once the unit is committed."""
    unit.after_commit(partial(_advance, unit.tenant_id, name))


async def _advance(tenant_id: str, name: str) -> None:
    try:
        await redis().pipeline(("INCR", _key(tenant_id, name)), ("EXPIRE", _key(tenant_id, name), KEPT_SECONDS))
    except RedisUnavailable as error:
        log("WARNING", "cache_unavailable", str(error))
