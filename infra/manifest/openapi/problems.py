"""Which problems an operation can answer with, read from its declaration, and the responses that describe them."""

from __future__ import annotations

from typing import Any, Final

from infra.manifest.openapi.headers import header
from shared_layer.core import errors
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import Problem
from shared_layer.core.scopes import PUBLIC

_TEXT: Final[dict[str, str]] = {"type": "string"}

_FIELD_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["pointer", "in", "detail", "type"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer of the field.", "examples": ["/budget/amount"]},
        "in": {"type": "string", "enum": ["body", "query"]},
        "detail": _TEXT,
        "type": {"type": "string", "description": "The kind of error, as pydantic names it."},
    },
}

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details. Branch on `code`; show `detail`; keep `request_id` for support.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:xynergy:problem:not_found"]},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What to change."},
        "instance": {"type": "string", "description": "The path that was called."},
        "code": {"type": "string", "description": "Stable; one of the problem tree's."},
        "request_id": _TEXT,
        "errors": {"type": "array", "items": _FIELD_ERROR, "description": "What is wrong with which field (422)."},
    },
}

_EXTRA_HEADERS: Final = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def statuses(operation: HttpOperation) -> list[int]:
    """The error statuses that `operation` can answer with, ascending."""
    signature = operation.signature
    found = {400, 503, 504}
    if operation.scope != PUBLIC:
        found |= {401, 403, 404}  # 404 also for a tenant or a thing that a header or the body names
    elif operation.method == "POST":
        found |= {401, 403, 413}  # a call that proves itself by a signature over its raw body
    if operation.scope == PUBLIC and operation.path_parameters:
        found |= {429}  # it has an address of its own, which is counted by itself
    if operation.path_parameters:
        found |= {404}
    if signature.query is not None:
        found |= {422}
    if signature.body is not None:
        found |= {413, 415, 422}
    if operation.method != "GET":
        found |= {409}
    if operation.idempotency != "none":
        found |= {409, 422}
    if operation.websocket:
        found |= {426}
    if signature.if_match is not None:
        found |= {412, 428}
    if operation.tier != "none":
        found |= {429}
    if operation.tier in ("ai", "expensive"):
        found |= {502}
    return sorted(found)


def problem_reference(status: int) -> dict[str, str]:
    """A reference to the response that describes the problems of `status`."""
    return {"$ref": f"#/components/responses/{_tree()[status][0].__name__}"}


def problem_responses() -> dict[str, Any]:
    """One response per status of the problem tree, called like the status's topmost class."""
    return {kinds[0].__name__: _response(status, kinds) for status, kinds in sorted(_tree().items())}


def _response(status: int, kinds: list[type[Problem]]) -> dict[str, Any]:
    names = ["X-Request-ID", *([_EXTRA_HEADERS[status]] if status in _EXTRA_HEADERS else [])]
    codes = ", ".join(f"`{kind.code}`" for kind in kinds)
    return {
        "description": f"{kinds[0].title} ({codes}).",
        "headers": {name: header(name) for name in names},
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {kind.code: {"summary": kind.title, "value": _example(kind)} for kind in kinds},
            }
        },
    }


def _example(kind: type[Problem]) -> dict[str, Any]:
    return {
        "type": f"urn:xynergy:problem:{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.advice,
        "instance": "/api/v1/…",
        "code": kind.code,
        "request_id": "req_5f0c1d2e3a4b5c6d7e8f9a0b",
    }


def _tree() -> dict[int, list[type[Problem]]]:
    """The classes of the problem tree by status, each status's topmost class first."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)]
    by_status: dict[int, list[type[Problem]]] = {}
    for kind in sorted(kinds, key=lambda kind: len(kind.__mro__)):
        by_status.setdefault(kind.status, []).append(kind)
    return by_status
