"""A batch of an import's rows, staged and committed; anew where somebody wrote one of the contacts meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Conflict
from shared_layer.messaging.unit import Unit

ATTEMPTS: Final = 5

T = TypeVar("T")


async def commit_batch(
    stage: Callable[[Unit], Awaitable[T]], context: RequestContext, tenant_id: str, emits: tuple[str, ...]
) -> T:
    """What `stage` answers, once what it staged is committed. Raises Conflict where that fails five times."""
    attempt = 1
    while True:
        unit = Unit(context, tenant_id, emits)
        staged = await stage(unit)
        try:
            await unit.commit()
        except Conflict:
            if attempt == ATTEMPTS:
                raise
            attempt += 1
        else:
            return staged
