"""One JSON line for each thing worth telling, on stdout, with the fields of Cloud Logging and of the design document.

Lines of one turn of the event loop are written together: a write is the dearest part of a line.
"""

from __future__ import annotations

import os
import sys
import traceback
from functools import lru_cache
from typing import Any

import orjson

from shared_layer.core import clock
from shared_layer.core.context import RequestContext, current
from shared_layer.core.event_loop import running_loop
from shared_layer.core.redaction import redact, redact_text
from shared_layer.core.settings import settings

_waiting: list[bytes] = []
_descriptor = 1


def log(severity: str, event: str, message: str = "", **fields: Any) -> None:
    """Tell of `event` with `fields` (redacted), under the current request where there is one."""
    context = current()
    line: dict[str, Any] = {"severity": severity, "event": event, "message": message or event}
    if context is not None:
        line |= request_fields(context)
    line |= redact(fields)
    line["message"] = redact(line["message"])
    write(line)


def log_exception(event: str, error: BaseException, **fields: Any) -> None:
    """Tell of an exception with its stack, as Error Reporting wants it."""
    stack = "".join(traceback.format_exception(error))
    log("ERROR", event, f"{type(error).__name__}: {error}", stack_trace=stack, **fields)


def request_fields(context: RequestContext) -> dict[str, Any]:
    """The fields by which a line is found again: request, trace, service, function, tenant."""
    return {
        "request_id": context.request_id,
        "service": context.service,
        "function": context.function,
        "tenant_id": context.tenant_id,
        "logging.googleapis.com/trace": f"projects/{settings().project}/traces/{context.trace_id}",
        "logging.googleapis.com/spanId": context.span_id,
        "logging.googleapis.com/labels": {"service": context.service, "function": context.function},
    }


def labels(context: RequestContext) -> dict[str, Any]:
    """The request's labels. Their names are the code's; a text in them may be anybody's."""
    return {name: _redacted(value) if isinstance(value, str) else value for name, value in context.labels.items()}


_redacted = lru_cache(512)(redact_text)
"""Labels say the same few things again and again: a provider, a model, a route."""


def write(line: dict[str, Any]) -> None:
    """Write one line as it is: the caller answers for there being no secret in it."""
    line["time"] = clock.utcnow()
    line["level"] = line["severity"].lower()
    line["timestamp"] = line["time"]
    write_encoded(encode(line) + b"\n")


def encode(fields: dict[str, Any]) -> bytes:
    """Fields of a line as JSON: what it does not know is told as a text."""
    return orjson.dumps(fields, default=str, option=orjson.OPT_UTC_Z)


def write_encoded(encoded: bytes) -> None:
    """Write one line that is JSON already, its newline included."""
    if not _waiting:
        try:
            running_loop().call_soon(flush)
        except RuntimeError:
            _waiting.append(encoded)
            flush()
            return
    _waiting.append(encoded)


def flush() -> None:
    """Write what waits. Called at the end of the loop's turn, and once more before the process ends."""
    if not _waiting:
        return
    block = b"".join(_waiting)
    _waiting.clear()
    sys.stdout.flush()
    while block:
        block = block[os.write(_descriptor, block) :]
