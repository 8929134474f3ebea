"""Answers from the cache as events, some at a time: a commit each would cost ten times what the answer did.

A hit costs nothing, so nothing is owed when a process dies within the quarter of a second that its event waits.
"""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.ai.health_events import own_context
from shared_layer.ai.ledger import Spend, completed_event, detach
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.messaging.events.ai import AiCallCompleted
from shared_layer.messaging.unit import Unit

WAIT_SECONDS: Final = 0.25
TOGETHER: Final = 100

_waiting: list[tuple[str, Spend, RequestContext]] = []


def note_hit(caller: Caller, spend: Spend) -> None:
    """Have an answer from the cache told as an event of the caller's tenant."""
    _waiting.append((caller.tenant_id, spend, own_context()))
    if len(_waiting) == 1:
        asyncio.get_running_loop().call_later(WAIT_SECONDS, lambda: detach(tell_hits()))
    elif len(_waiting) == TOGETHER:
        detach(tell_hits())


async def tell_hits() -> None:
    """Commit the events that wait."""
    told = _waiting[:]
    _waiting.clear()
    if not told:
        return
    unit = Unit(told[0][2], emits=(AiCallCompleted.event_type,))
    for tenant_id, spend, context in told:
        unit.context = context
        unit.emit(completed_event(spend, cached=True), tenant_id)
    await unit.commit()
