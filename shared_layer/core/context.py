"""What is true for the length of one request: its id, its trace, its tenant and its deadline."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestContext:
    """Set by the front door before anything else runs; read by logs, events and outbound calls.

    `deadline` is a moment of the event loop's clock (which is the monotonic one), in seconds. `labels` and `cache` are
    added to the log line and the metrics by whoever knows more. `automation_depth` counts the automations before.
    """

    request_id: str
    trace_id: str
    span_id: str
    service: str
    function: str
    tenant_id: str = ""
    causation_id: str = ""
    actor: str = ""
    automation_depth: int = 0
    deadline: float = float("inf")
    labels: dict[str, str | int | float | bool] = field(default_factory=dict)
    cache: str = ""

    def remaining(self) -> float:
        """Seconds left until the deadline; infinite where there is none. Threads that work for the request may ask."""
        if self.deadline == float("inf"):
            return self.deadline
        return max(0.0, self.deadline - time.monotonic())

    @property
    def traceparent(self) -> str:
        """W3C Trace Context of this request, to be sent along with outbound calls and events."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[RequestContext | None] = ContextVar("xynergy_request", default=None)


def enter(context: RequestContext) -> None:
    """Make `context` the current one, for this task and the tasks that it starts."""
    _current.set(context)


def current() -> RequestContext | None:
    """The request that this code runs for, or None outside any (a test, a command)."""
    return _current.get()
