"""What was spent, written down at once: `tenants/{t}/ai_ledger/{call_id}` and `ai_call_completed` in one commit.

The commit is the ledger's own: spend stays on record when the request that caused it fails later. Every answer that
was paid for has an entry, also one that was of no use or that nobody waited for; an answer from the cache costs
nothing and is an event alone (hits.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeVar

from shared_layer.ai.completion import Usage
from shared_layer.ai.health_events import own_context
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.logs import log, log_exception
from shared_layer.messaging.events.ai import AiCallCompleted
from shared_layer.messaging.unit import Unit
from shared_layer.storage import tenant_counts
from shared_layer.storage.documents import tenant_document

COLLECTION: Final = "ai_ledger"

T = TypeVar("T")

Outcome = Literal["answered", "invalid", "broken", "aborted"]
"""`invalid`: did not fit the schema; `broken`: the provider failed in mid-stream; `aborted`: the caller left."""


@dataclass(frozen=True, slots=True)
class Spend:
    """One paid answer. `route` is the provider and the reasons in one line; money in millionths of a US dollar.

    `routed` is what the ledger keeps of the learned router's part in it (routing.py), so that feedback can teach it.
    """

    call_id: str
    operation: str
    provider: str
    model: str
    route: str
    usage: Usage
    cost_micros: int
    latency_ms: float
    outcome: Outcome = "answered"
    streamed: bool = False
    routed: Mapping[str, Any] = field(default_factory=dict)


async def record(caller: Caller, spend: Spend) -> None:
    """Store a paid answer and its event. Raises what Firestore raises, after the entry is told in the log."""
    unit = Unit(own_context(), caller.tenant_id, (AiCallCompleted.event_type,))
    entry = asdict(spend) | {
        "tenant_id": caller.tenant_id,
        "principal": caller.principal,
        "request_id": unit.context.request_id,
        "created_at": clock.utcnow(),
    }
    unit.create(tenant_document(caller.tenant_id, COLLECTION, spend.call_id), entry)
    unit.emit(completed_event(spend, cached=False))
    await asyncio.shield(detach(_commit(unit, spend)))


async def _commit(unit: Unit, spend: Spend) -> None:
    try:
        await unit.commit()
    except Exception as error:
        told = asdict(spend) | {"routed": spend.routed.get("kind", "")}
        log("ERROR", "ai_spend_unrecorded", f"{type(error).__name__}: {error}", **told)
        raise
    tenant_counts.spent(unit.tenant_id, spend.cost_micros)


_detached: set[asyncio.Task[Any]] = set()


def detach(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Do `work` in a task of its own, which goes on when the one that asks for it is cancelled."""
    task = asyncio.get_running_loop().create_task(work)
    _detached.add(task)
    task.add_done_callback(_detached_done)
    return task


def _detached_done(task: asyncio.Task[Any]) -> None:
    _detached.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log_exception("ai_detached_work_failed", error)


def completed_event(spend: Spend, cached: bool) -> AiCallCompleted:
    """The event that tells of an answer."""
    return AiCallCompleted(
        call_id=spend.call_id,
        operation=spend.operation,
        provider=spend.provider,
        model=spend.model,
        route=spend.route,
        prompt_tokens=spend.usage.prompt_tokens,
        completion_tokens=spend.usage.completion_tokens,
        cost_micros=spend.cost_micros,
        latency_ms=spend.latency_ms,
        cached=cached,
    )
