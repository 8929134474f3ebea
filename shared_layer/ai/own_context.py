"""The context of work that the AI does for itself, beyond the request that caused it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from shared_layer.core.context import RequestContext, current
from shared_layer.core.ids import new_request_id
from shared_layer.core.logs import log_exception
from shared_layer.core.services import SERVICES
from shared_layer.core.trace import trace_ids

SERVICE: Final[str] = SERVICES["ai"].name

T = TypeVar("T")
_detached: set[asyncio.Task[Any]] = set()


def own_context() -> RequestContext:
    """The current request's context for a commit of the AI's own: told as this service's, beyond the deadline."""
    found = current()
    if found is None:
        trace_id, span_id = trace_ids(None, None)
        return RequestContext(new_request_id(), trace_id, span_id, SERVICE, "")
    return dataclasses.replace(found, service=SERVICE, deadline=float("inf"))


def detach(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Do `work` in a task of its own, which goes on when the one that asks for it is cancelled."""
    task = asyncio.get_running_loop().create_task(work)
    _detached.add(task)
    task.add_done_callback(_done)
    return task


def _done(task: asyncio.Task[Any]) -> None:
    _detached.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log_exception("ai_detached_work_failed", error)
