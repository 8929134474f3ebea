"""The log line of a request: one shape, of which what is the same for an operation's every call is written once.

The usual line (a success, a plain path) is filled into that shape: each of its values is an id, a number or a path of
the platform's own making, so that none of them needs JSON's escapes; labels are serialised. Every other line is
serialised whole.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from shared_layer.core import clock, logs
from shared_layer.core.context import RequestContext
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.redaction import plain_path, redact_text
from shared_layer.core.settings import settings

_SHAPE: Final = (
    '{"severity":"INFO","event":"request","message":"METHOD %s","latency_ms":%s,'
    '"httpRequest":{"requestMethod":"METHOD","requestUrl":"%s","status":%s,"latency":"%ss"},'
    '"request_id":"%s","service":SERVICE,"function":FUNCTION,"tenant_id":"%s",'
    '"logging.googleapis.com/trace":"projects/PROJECT/traces/%s","logging.googleapis.com/spanId":"%s",'
    '"logging.googleapis.com/labels":{"service":SERVICE,"function":FUNCTION}%s,'
    '"time":"%s","level":"info","timestamp":"%s"}\n'
)


class RequestLine:
    """Writes the lines of one operation's calls."""

    def __init__(self, operation: HttpOperation) -> None:
        self._method = operation.method
        self._plain_path = plain_path(operation.path)
        self._template = operation.path if not operation.path_parameters else None
        self._operation = operation

    @cached_property
    def _shape(self) -> list[str]:
        """What stands around the values: put together in an f-string, at half the cost of formatting."""
        return [
            part.replace("METHOD", self._operation.method)
            .replace("SERVICE", json.dumps(self._operation.service.name))
            .replace("FUNCTION", json.dumps(self._operation.name))
            .replace("PROJECT", json.dumps(settings().project)[1:-1])
            for part in _SHAPE.split("%s")
        ]

    def write(self, method: str, path: str, status: int, seconds: float, context: RequestContext) -> None:
        """Tell of one call that took so many seconds."""
        plain = path == self._template or self._plain_path.fullmatch(path) is not None
        if plain and status < 400 and method == self._method:
            self._write_usual(path, status, seconds, context)
        else:
            _write_whole(method, path if plain else redact_text(path), status, seconds, context)

    def _write_usual(self, path: str, status: int, seconds: float, context: RequestContext) -> None:
        micros = round(seconds * 1_000_000)
        digits = str(micros).zfill(7)
        moment = _moments.text(clock.now())
        more = _more(context) if context.labels or context.cache else ""
        a, b, c, d, e, f, g, h, i, j, k, m, z = self._shape
        line = (
            f"{a}{path} {status}{b}{micros // 1000}.{digits[-3:]}{c}{path}{d}{status}{e}{digits[:-6]}.{digits[-6:]}"
            f"{f}{context.request_id}{g}{context.tenant_id}{h}{context.trace_id}{i}{context.span_id}"
            f"{j}{more}{k}{moment}{m}{moment}{z}"
        )
        logs.write_encoded(line.encode())


def _more(context: RequestContext) -> str:
    """The request's labels and what its cache did, as they go on in the line."""
    fields = logs.labels(context)
    if context.cache:
        fields["cache"] = context.cache
    return "," + logs.encode(fields).decode()[1:-1]


def _write_whole(method: str, path: str, status: int, seconds: float, context: RequestContext) -> None:
    line = {
        "severity": "INFO" if status < 400 else "WARNING" if status < 500 else "ERROR",
        "event": "request",
        "message": f"{method} {path} {status}",
        "latency_ms": round(seconds * 1000, 3),
        "httpRequest": {
            "requestMethod": method,
            "requestUrl": path,
            "status": status,
            "latency": f"{round(seconds * 1_000_000) / 1_000_000:.6f}s",
        },
        **logs.request_fields(context),
        **logs.labels(context),
    }
    if context.cache:
        line["cache"] = context.cache
    logs.write(line)


class _Moments:
    """RFC 3339 to the microsecond: the date and time of a second are put into words once."""

    def __init__(self) -> None:
        self._second = -1
        self._words = ""

    def text(self, moment: float) -> str:
        micros = round(moment * 1_000_000)
        second = micros // 1_000_000
        if second != self._second:
            self._second, self._words = second, datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._words}.{micros - second * 1_000_000:06d}Z"


_moments = _Moments()
