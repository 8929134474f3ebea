"""Request id and trace: the context that a request's every line, event and call of others is told under."""

from __future__ import annotations

import re
import time
from typing import Any, Final

from shared_layer.core.context import RequestContext
from shared_layer.core.ids import random_hex
from shared_layer.core.redaction import redact_text
from shared_layer.core.trace import carried_trace
from shared_layer.front_door.authentication import RequestHeaders

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,128}")
_PLAIN_REQUEST_ID: Final = re.compile(rb"req_[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def context_of(headers: RequestHeaders, service: str, function: str, seconds: float) -> RequestContext:
    """The context of a request that begins now and has so many seconds; ids that the caller gave are kept."""
    drawn = random_hex(288)
    request_id, trace_id, span_id = "req_" + drawn[:24], drawn[24:56], drawn[56:]
    if b"x-request-id" in headers:
        request_id = told_id(headers[b"x-request-id"]) or request_id
    if b"traceparent" in headers or b"x-cloud-trace-context" in headers:
        carried = carried_trace(_text(headers, b"traceparent"), _text(headers, b"x-cloud-trace-context"))
        trace_id = carried or trace_id
    context = RequestContext(request_id, trace_id, span_id, service, function)
    context.deadline = time.monotonic() + seconds
    return context


def told_id(given: bytes) -> str | None:
    """The caller's request id where it is one, and tells nothing that a log line must not."""
    if _PLAIN_REQUEST_ID.fullmatch(given):
        return given.decode()
    if _REQUEST_ID.fullmatch(given) and redact_text(given.decode()) == given.decode():
        return given.decode()
    return None


def own_path(scope: Any) -> str:
    """The path below the address that the function is mounted at."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


def _text(headers: RequestHeaders, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1") if value is not None else None
